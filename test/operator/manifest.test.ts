import { describe, expect, it } from 'vitest';
import { slackManifest } from '../../src/operator/manifest.ts';
import { DEFAULT_SCOPES } from '../../src/sandbox/slack/api.ts';

describe('the Slack app manifest', () => {
  it('points every address of Slack at one path', () => {
    const manifest = slackManifest({
      command: '/uketsuke',
      publicUrl: 'https://calls.example',
      socketMode: false,
    });
    const url = 'https://calls.example/slack/events';
    expect(manifest.features.slash_commands).toMatchObject([
      { command: '/uketsuke', url, should_escape: false },
    ]);
    expect(manifest.settings).toMatchObject({
      socket_mode_enabled: false,
      interactivity: { is_enabled: true, request_url: url, message_menu_options_url: url },
    });
    expect(manifest.features.app_home).toMatchObject({ home_tab_enabled: true, messages_tab_enabled: true });
    expect(manifest.settings.event_subscriptions).toEqual({
      request_url: url,
      bot_events: ['app_home_opened'],
    });
  });

  it('has no address in Socket Mode', () => {
    const manifest = slackManifest({
      command: '/juden',
      publicUrl: 'https://calls.example',
      socketMode: true,
    });
    expect(JSON.stringify(manifest)).not.toContain('calls.example');
    expect(manifest.settings).toMatchObject({
      socket_mode_enabled: true,
      interactivity: { is_enabled: true },
      event_subscriptions: { bot_events: ['app_home_opened'] },
    });
  });

  it('sends clients who install it back to us, and hears when it is removed', () => {
    const o = { command: '/juden', publicUrl: 'https://calls.example', otherWorkspaces: true };
    const overHttp = slackManifest({ ...o, socketMode: false });
    expect(overHttp.oauth_config.redirect_urls).toEqual(['https://calls.example/slack/oauth_redirect']);
    expect(overHttp.settings.event_subscriptions).toEqual({
      request_url: 'https://calls.example/slack/events',
      bot_events: ['app_home_opened', 'app_uninstalled', 'tokens_revoked'],
    });
    // Clients come back by their browsers, whatever Slack itself uses.
    const bySocket = slackManifest({ ...o, socketMode: true });
    expect(bySocket.oauth_config).toMatchObject({
      redirect_urls: [expect.stringContaining('calls.example')],
    });
    expect(bySocket.settings.event_subscriptions).not.toHaveProperty('request_url');
  });

  it('asks for what the app uses, and keeps to Slack’s lengths', () => {
    const manifest = slackManifest({
      command: '/juden',
      publicUrl: 'https://calls.example',
      socketMode: false,
    });
    const scopes = manifest.oauth_config.scopes.bot;
    expect(scopes).toEqual(
      expect.arrayContaining(['commands', 'chat:write', 'im:write', 'users:read', 'usergroups:read']),
    );
    expect(DEFAULT_SCOPES).toEqual(expect.arrayContaining([...scopes]));
    expect(manifest.display_information.name.length).toBeLessThanOrEqual(35);
    expect(manifest.display_information.description.length).toBeLessThanOrEqual(140);
    expect(manifest.features.bot_user.display_name).toMatch(/^[a-z0-9._-]{1,80}$/);
    const [anywhere, onMessage] = manifest.features.shortcuts;
    expect([anywhere?.type, onMessage?.type]).toEqual(['global', 'message']);
    for (const { name, description } of manifest.features.shortcuts) {
      expect(name).toBe('受電を登録');
      expect(name.length).toBeLessThanOrEqual(24);
      expect(description.length).toBeLessThanOrEqual(150);
    }
    expect(manifest.features.slash_commands[0]?.command).toMatch(/^\/[a-z0-9_-]{1,31}$/);
  });
});
