import { domainToASCII } from 'node:url';
import type { ChannelName } from '../domain/outcome.ts';
import { isWorkspaceId, slackAddress, slackPlace } from '../domain/slack-place.ts';
import type { AddressCheck } from './channel.ts';

/**
 * Whether an address can be sent to, in the one form that is stored. Accepts what people copy from each service
 * (a room's link, `<#C…>`, full-width digits) and refuses everything that could become a second recipient or a
 * header (P6). Messages are English, for administrators, and say what is allowed.
 */
export function checkAddress(channel: ChannelName, raw: string, mention: string | null): AddressCheck {
  switch (channel) {
    case 'chatwork':
      return checkChatwork(raw, mention);
    case 'slack':
      return checkSlack(raw, mention);
    case 'email':
      return checkEmail(raw, mention);
    default:
      return channel satisfies never;
  }
}

/** Slack user groups (`S…`) name people, but nothing can be posted to one. */
export function isUserGroup(id: string): boolean {
  return id.startsWith('S');
}

function checkChatwork(raw: string, mention: string | null): AddressCheck {
  const room = /^(?:(?:https?:\/\/[^\s#]+)?#!rid|rid)?(\d{1,20})$/i.exec(codeText(raw))?.[1];
  if (room === undefined) {
    return refuse(
      'address',
      'a Chatwork room id is digits only, as in https://www.chatwork.com/#!rid123456789 → 123456789',
    );
  }
  if (isBlank(mention)) return { ok: true, address: room, mention: null };
  const account = /^(?:\[To:|aid:?)?(\d{1,20})\]?$/i.exec(codeText(mention))?.[1];
  return account === undefined
    ? refuse('mention', 'a Chatwork mention is an account id, digits only, as in [To:1234567] → 1234567')
    : { ok: true, address: room, mention: account };
}

function checkSlack(raw: string, mention: string | null): AddressCheck {
  const whole = codeText(raw);
  const named = slackPlace(whole);
  // `T…/C…`: in a client's own workspace.
  const workspace = named.workspace !== null && isWorkspaceId(named.workspace) ? named.workspace : null;
  const text = workspace === null ? whole : named.channel;
  const id =
    /^<[#@]([A-Z0-9]+)(?:\|[^>]*)?>$/.exec(text)?.[1] ??
    /^https:\/\/[a-z0-9.-]+\/(?:archives|team)\/([A-Z0-9]+)\/?$/.exec(text)?.[1] ??
    text;
  if (!/^[CDGUW][A-Z0-9]{5,20}$/.test(id)) {
    return refuse(
      'address',
      'a Slack channel or user id starts with C, G, D, U or W, as in C0123ABCDEF (not #name): open the channel’s details in Slack and copy the id at the bottom',
    );
  }
  const address = slackAddress({ workspace, channel: id });
  if (isBlank(mention)) return { ok: true, address, mention: null };
  const user = /^(?:<@)?([UW][A-Z0-9]{5,20})(?:\|[^>]*)?>?$/.exec(codeText(mention))?.[1];
  return user === undefined
    ? refuse('mention', 'a Slack mention is a user id that starts with U or W, as in U0123ABCDEF')
    : { ok: true, address, mention: user };
}

function checkEmail(raw: string, mention: string | null): AddressCheck {
  const address = mailAddress(raw);
  if (address === undefined) {
    return refuse(
      'address',
      'one plain mail address, as in soumu@acme.example, without a name, quotes or commas',
    );
  }
  if (isBlank(mention)) return { ok: true, address, mention: null };
  const name = mention.trim();
  return /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name) || name.length > 100
    ? refuse('mention', 'a mail mention is the reader’s name, one line of at most 100 characters')
    : { ok: true, address, mention: name };
}

/**
 * A mail address in the form it is sent to: ASCII, its domain in lower case (an international one in its
 * `xn--` form). Local parts as docomo and au once gave them out (`abc.@…`, `a..b@…`) stay valid. Undefined when
 * it is not one plain address.
 */
export function mailAddress(raw: string): string | undefined {
  const text = codeText(raw);
  const at = text.lastIndexOf('@');
  const local = text.slice(0, at);
  const typed = text.slice(at + 1);
  if (
    at < 1 ||
    local.length > 64 ||
    !/^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+$/.test(local) ||
    /^\.+$/.test(local)
  ) {
    return undefined;
  }
  // Letters, digits, dots and hyphens of any script; anything else could be read by a URL parser as something more.
  if (!/^[\p{L}\p{M}\p{N}.-]+$/u.test(typed)) return undefined;
  const domain = domainToASCII(typed);
  const labels = domain.split('.');
  const wellFormed =
    labels.length >= 2 &&
    labels.every((label) => /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(label)) &&
    /[a-z]/.test(labels.at(-1) ?? '');
  return wellFormed && local.length + 1 + domain.length <= 254 ? `${local}@${domain}` : undefined;
}

/** Full-width letters and digits become plain ones: right for codes and addresses, never for names. */
function codeText(raw: string): string {
  return raw.normalize('NFKC').trim();
}

function isBlank(mention: string | null): mention is null {
  return mention === null || mention.trim() === '';
}

function refuse(field: 'address' | 'mention', message: string): AddressCheck {
  return { ok: false, field, message };
}
