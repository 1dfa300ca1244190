import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { startTeaApp } from './tea-app.ts';

let sandbox: Sandbox;
beforeEach(async () => {
  sandbox = await startSandbox();
});
afterEach(() => sandbox.close());

it('serves a real Bolt app in Socket Mode: commands, modals, suggestions, submissions, events', async () => {
  const tea = await startTeaApp(sandbox, { socketMode: true });
  expect(sandbox.slack.socketConnections()).toBe(1);
  const person = sandbox.slack.person('U0GUEST01', '山田');
  expect((await person.command('now', { command: '/tea' })).message?.text).toBe('すぐにお持ちします');
  const modal = await person.openModal('', { command: '/tea' });
  await modal.choose('種類', '緑茶');
  await modal.pick('お店', '宇');
  await modal.fill('ひとこと', '苦い');
  expect(await modal.submit()).toMatchObject({ type: 'errors', errors: { note: '別のことばで' } });
  await modal.fill('ひとこと', '');
  expect((await modal.submit()).type).toBe('closed');
  await person.say('ありがとう');
  await vi.waitFor(() => expect(tea.heard.some((entry) => entry.name === 'message')).toBe(true));
  await tea.stop();
  await vi.waitFor(() => expect(sandbox.slack.socketConnections()).toBe(0));
});

it('takes each address once and only from its own', async () => {
  const answer = await fetch(`${sandbox.slack.url}apps.connections.open`, {
    method: 'POST',
    headers: { authorization: `Bearer ${sandbox.slack.appToken}` },
  });
  const { url } = (await answer.json()) as { url: string };
  expect(url).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/slack\/link\?ticket=/);
  const { WebSocket } = await import('ws');
  const opened = (address: string) =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(address);
      socket.on('message', (data) => {
        resolve(String(data));
        socket.close();
      });
      socket.on('error', (error) => resolve(error.message));
    });
  expect(JSON.parse(await opened(url))).toMatchObject({ type: 'hello', num_connections: 1 });
  expect(await opened(url)).toContain('403');
});

it('says dispatch_failed when neither a URL nor a connection is known', async () => {
  expect((await sandbox.slack.person('U0GUEST01').command('x')).failed).toBe('dispatch_failed');
});
