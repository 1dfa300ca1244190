import { Hono } from 'hono';
import { html } from 'hono/html';
import type { Inbox } from '../arrived.ts';
import type { FailurePlan } from '../failures.ts';
import { Board, type Filter } from './board.tsx';
import { Document } from './document.tsx';
import type { Home } from './home-card.tsx';
import { PAGE_SCRIPT } from './script.ts';
import { countsOf, SECTIONS } from './sections.ts';
import type { NameOf } from './slack-message.tsx';
import { PAGE_STYLE } from './style.ts';

const PAGE_POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "connect-src 'self'",
  "frame-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * A mail's own policy: its styles and nothing else. It stands in a frame of its own address, because a frame
 * written into the page would inherit the page's policy, which allows no inline style.
 */
const MAIL_POLICY = [
  "default-src 'none'",
  "style-src 'unsafe-inline'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
  'sandbox allow-same-origin',
].join('; ');

/** The page that shows what arrived, as each channel's reader would see it. */
export function createPage(deps: {
  readonly inbox: Inbox;
  readonly failures: FailurePlan;
  readonly nameOf: NameOf;
  /** The App Homes that were published. */
  readonly homes: () => readonly Home[];
}): Hono {
  const { inbox, failures } = deps;
  const homesVersion = () => deps.homes().reduce((sum, { updates }) => sum + updates + 1, 0);
  const version = () => `${inbox.version()}.${failures.active().length}.${homesVersion()}`;
  const app = new Hono();
  app.use(async (c, next) => {
    await next();
    c.header('x-content-type-options', 'nosniff');
    c.header('referrer-policy', 'no-referrer');
    c.header('cache-control', 'no-store');
  });

  app.get('/', (c) => {
    const arrived = inbox.all();
    const { section, target } = c.req.query();
    const known = SECTIONS.find((name) => name === section);
    const filter: Filter = { section: known ?? null, target: known === undefined ? null : (target ?? null) };
    c.header('content-security-policy', PAGE_POLICY);
    const document = (
      <Document
        counts={countsOf(arrived)}
        filter={filter}
        version={version()}
        failing={failures.active().length}
      >
        <Board arrived={arrived} filter={filter} nameOf={deps.nameOf} homes={deps.homes()} />
      </Document>
    );
    return c.html(html`<!DOCTYPE html>${document}`);
  });
  app.get('/page/version', (c) => c.text(version()));
  app.get('/assets/page.css', (c) => c.body(PAGE_STYLE, 200, { 'content-type': 'text/css; charset=utf-8' }));
  app.get('/assets/page.js', (c) =>
    c.body(PAGE_SCRIPT, 200, { 'content-type': 'text/javascript; charset=utf-8' }),
  );
  app.get('/mail/:number', (c) => {
    const message = inbox.find(Number(c.req.param('number')));
    if (message?.channel !== 'email' || message.html === null) return c.text('このメールはありません。', 404);
    c.header('content-security-policy', MAIL_POLICY);
    return c.html(message.html);
  });
  return app;
}
