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

enhance(document);
document.querySelector('[data-focus-first]')?.focus();
