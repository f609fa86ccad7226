// Small comforts over pages that are complete without them.

function changeQuantity(input, direction) {
  const before = input.value;
  if (direction > 0) input.stepUp();
  else input.stepDown();
  if (input.value !== before) input.dispatchEvent(new Event('change', { bubbles: true }));
}

function markLimits(stepper) {
  const input = stepper.querySelector('input');
  const [less, more] = stepper.querySelectorAll('button[data-step]');
  less.disabled = input.min !== '' && Number(input.value) <= Number(input.min);
  more.disabled = input.max !== '' && Number(input.value) >= Number(input.max);
}

function enhance(root) {
  for (const stepper of root.querySelectorAll('[data-stepper]')) {
    for (const button of stepper.querySelectorAll('button[data-step]')) button.hidden = false;
    markLimits(stepper);
  }
  for (const button of root.querySelectorAll('[data-print]')) button.hidden = false;
  for (const button of root.querySelectorAll('[data-submit-fallback]')) button.hidden = true;
  for (const label of root.querySelectorAll('[data-check-all]')) label.hidden = false;
}

document.addEventListener('click', (event) => {
  const step = event.target.closest('button[data-step]');
  if (step) changeQuantity(step.parentElement.querySelector('input'), Number(step.dataset.step));
  if (event.target.closest('[data-print]')) window.print();
});

// What was ordered is accepted, short or damaged: a step of one part moves what is left. What is typed stays as it was typed
function addUp(group, changed) {
  const [accepted, short, damaged] = group.querySelectorAll('input[type="number"]');
  const left = (...others) =>
    String(others.reduce((rest, input) => rest - Number(input.value), Number(group.dataset.addsUp)));
  const other = changed === accepted ? short : accepted;
  const value = changed === accepted ? left(accepted, damaged) : left(short, damaged);
  if (Number(value) >= 0) other.value = value;
  for (const stepper of group.querySelectorAll('[data-stepper]')) markLimits(stepper);
}

document.addEventListener('change', (event) => {
  if (event.target.closest('[data-check-all]'))
    for (const box of event.target.form.querySelectorAll('input[type="checkbox"][name]'))
      box.checked = event.target.checked;
  const group = event.target.closest('[data-adds-up]');
  if (group && !event.isTrusted) addUp(group, event.target);
  const stepper = event.target.closest('[data-stepper]');
  if (stepper) markLimits(stepper);
  const form = event.target.closest('form[data-submit-on-change]');
  if (form) form.requestSubmit();
});

const yuan = (fen) => `¥${Math.trunc(fen / 100).toLocaleString('en-US')}.${String(fen % 100).padStart(2, '0')}`;

// What is wrong with a quantity, as the server would say it
function quantityFault(text, { minimum, multiple, available, most, mostFen, say }, price) {
  const quantity = Number(text);
  const maximum = Math.min(most, Math.floor(mostFen / Math.max(1, price)));
  if (!/^\d{1,9}$/.test(text) || quantity < 1) return say.notAQuantity;
  if (quantity < minimum) return say.belowMinimum;
  if (quantity % multiple !== 0) return say.notAMultiple;
  if (quantity > maximum) return say.quantityTooLarge.replace('{maximum}', maximum);
  return quantity > available ? say.notEnough : '';
}

// The tier that applies, the sum and what a few more would save, while a quantity is typed
function showPrice(box, input) {
  const live = JSON.parse(box.dataset.price);
  const text = input.value.trim();
  const quantity = Number(text);
  const [, price] = live.tiers.findLast(([from]) => from <= quantity) ?? live.tiers[0];
  const next = live.tiers.find(([from]) => from > quantity);
  const fault = quantityFault(text, live, price);
  const say = (name, words) => {
    const part = box.querySelector(`[data-price-${name}]`);
    if (!part) return;
    part.textContent = words;
    (part.closest('.line__problem') ?? part).hidden = words === '';
  };
  say('each', yuan(price));
  say('count', text || '0');
  say('sum', fault ? '' : yuan(price * quantity));
  say('fault', fault);
  const hint = next && live.say.next.replace('{more}', next[0] - quantity).replace('{price}', yuan(next[1]));
  say('next', fault ? '' : (hint ?? ''));
  const good = box.querySelector('[data-price-good]');
  if (good) good.hidden = fault !== '';
  // What the server had found is of another quantity
  const found = box.querySelector('[data-price-found]');
  if (found) found.hidden = true;
}

for (const kind of ['input', 'change'])
  document.addEventListener(kind, ({ target }) => {
    const box = target.matches('[name="quantity"], [data-price-of]') && target.closest('[data-price]');
    if (box) showPrice(box, target);
  });

// A second press while the first is under way must not send twice
document.addEventListener('submit', (event) => {
  const form = event.target;
  if (form.method !== 'post' || form.hasAttribute('hx-post')) return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = '1';
  // A form that answers with a file leaves this page standing
  setTimeout(() => delete form.dataset.sent, 5000);
});

// Coming back by the browser's history must not leave forms locked
window.addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form[data-sent]')) delete form.dataset.sent;
});

document.addEventListener('htmx:load', (event) => enhance(event.target));

// Where one is in a row of links that is wider than the screen
for (const current of document.querySelectorAll(
  ':is(.side-nav, .tabs, .category-nav ul, .strip__work) [aria-current]',
)) {
  const row = current.closest('.side-nav, .tabs, .category-nav ul, .strip__work');
  const { left, width } = current.getBoundingClientRect();
  if (row.scrollWidth > row.clientWidth)
    row.scrollLeft += left + width / 2 - row.getBoundingClientRect().left - row.clientWidth / 2;
}

enhance(document);
document.querySelector('[data-focus-first]')?.focus();
