/**
 * The page's script, served as it stands: looks every two seconds whether something arrived and then replaces the
 * board, keeping open what was open, the focus, and the heights of mails. It waits while text is selected.
 * Without it the page reloads by itself.
 */
export const PAGE_SCRIPT = `'use strict';
const EVERY_MS = 2000;
const heights = new Map();
let version = document.body.dataset.version;

function fit(frame) {
  const inner = frame.contentDocument && frame.contentDocument.documentElement;
  if (!inner) return;
  frame.style.height = '0';
  const height = Math.min(Math.max(inner.scrollHeight, 60), 4000);
  frame.style.height = height + 'px';
  heights.set(frame.getAttribute('src'), height);
}

function settle() {
  for (const frame of document.querySelectorAll('iframe')) {
    const known = heights.get(frame.getAttribute('src'));
    if (known) frame.style.height = known + 'px';
    frame.addEventListener('load', () => fit(frame));
    if (frame.contentDocument && frame.contentDocument.readyState === 'complete') fit(frame);
  }
  for (const part of document.querySelectorAll('details')) {
    part.addEventListener('toggle', () => part.querySelectorAll('iframe').forEach(fit));
  }
}

function countIn(root) {
  return Number(root.querySelector('nav a.all b').textContent) || 0;
}

async function look() {
  const current = await (await fetch('page/version')).text();
  const selection = document.getSelection();
  if (current === version || (selection && !selection.isCollapsed)) return;
  const next = new DOMParser().parseFromString(await (await fetch(location.href)).text(), 'text/html');
  const was = new Map();
  for (const part of document.querySelectorAll('details[data-key]')) was.set(part.dataset.key, part.open);
  for (const part of next.querySelectorAll('details[data-key]')) {
    if (was.has(part.dataset.key)) part.open = was.get(part.dataset.key);
  }
  const focused = document.activeElement;
  const href = focused && focused.getAttribute('href');
  const key = focused && focused.parentElement && focused.parentElement.dataset.key;
  const arrived = countIn(next) - countIn(document);
  document.querySelector('main').replaceChildren(...next.querySelector('main').childNodes);
  document.querySelector('nav').replaceChildren(...next.querySelector('nav').childNodes);
  version = current;
  settle();
  if (document.activeElement === document.body) {
    const again = key
      ? [...document.querySelectorAll('details[data-key]')].find((part) => part.dataset.key === key)
      : null;
    const target = again
      ? again.querySelector('summary')
      : href && [...document.querySelectorAll('a')].find((link) => link.getAttribute('href') === href);
    if (target) target.focus({ preventScroll: true });
  }
  if (arrived > 0) document.getElementById('news').textContent = '新しく ' + arrived + '件届きました';
}

async function watch() {
  if (!document.hidden) await look().catch(() => undefined);
  setTimeout(watch, EVERY_MS);
}

settle();
setTimeout(watch, EVERY_MS);
`;
