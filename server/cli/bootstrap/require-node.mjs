// Imported before anything else, and the rest only after it, so that an old Node gets this line and not a syntax error.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const fits = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major >= 24;
if (!fits) {
  console.error(`The market needs Node.js 20.19, 22.12, 24 or newer; this is ${process.versions.node}.`);
  console.error("Install a newer one (https://nodejs.org, or your distribution's package) and try again.");
  process.exit(1);
}
