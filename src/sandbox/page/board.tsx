import type { Arrived } from '../arrived.ts';
import { ChatworkMessage } from './chatwork-message.tsx';
import { type Home, HomeCard } from './home-card.tsx';
import { MailMessage } from './mail-message.tsx';
import { type Place, placesOf, SECTION_LABELS, type Section } from './sections.ts';
import { type NameOf, SlackMessage } from './slack-message.tsx';
import { Text } from './text.tsx';

/** What of the inbox the page shows. */
export interface Filter {
  readonly section: Section | null;
  readonly target: string | null;
}

/** How many places a column lists and how many messages of each stand open, before links lead to the rest. */
const PLACES = 40;
const OPEN_MESSAGES = 2;
const OLDER_MESSAGES = 20;
const MESSAGES_OF_ONE_PLACE = 300;

const HINTS: Readonly<Record<Section, string>> = {
  chatwork: 'ルームに届いた報告がここに並びます。',
  slack: 'チャンネルに届いた報告がここに並びます。',
  email: 'メールボックスに届いた報告がここに並びます。',
  staff: 'オペレーターへの返事と管理者への知らせがここに並びます。',
};

/** The columns: one a channel, or only the one asked for. */
export function Board(o: {
  readonly arrived: readonly Arrived[];
  readonly filter: Filter;
  readonly nameOf: NameOf;
  readonly homes: readonly Home[];
}) {
  const { section, target } = o.filter;
  const sections: readonly Section[] = section === null ? ['chatwork', 'slack', 'email'] : [section];
  const places = placesOf(o.arrived).filter((place) => target === null || place.target === target);
  return (
    <div id="board" class={section === null ? 'board' : 'board single'}>
      {sections.map((name) => (
        <Column
          section={name}
          places={places.filter((place) => place.section === name)}
          whole={target !== null}
          nameOf={o.nameOf}
        />
      ))}
      {section === 'staff' && target === null && o.homes.length > 0 ? (
        <section class="column staff" aria-labelledby="column-homes">
          <h2 id="column-homes">アプリのホーム</h2>
          {o.homes.map((home) => (
            <HomeCard home={home} nameOf={o.nameOf} />
          ))}
        </section>
      ) : null}
    </div>
  );
}

function Column(o: {
  readonly section: Section;
  readonly places: readonly Place[];
  readonly whole: boolean;
  readonly nameOf: NameOf;
}) {
  const hidden = o.places.length - PLACES;
  return (
    <section class={`column ${o.section}`} aria-labelledby={`column-${o.section}`}>
      <h2 id={`column-${o.section}`}>{SECTION_LABELS[o.section]}</h2>
      {o.places.length === 0 ? <p class="empty">{HINTS[o.section]}</p> : null}
      {o.places.slice(0, PLACES).map((place) => (
        <PlaceCard place={place} whole={o.whole} nameOf={o.nameOf} />
      ))}
      {hidden > 0 ? <p class="more">このほかに {hidden} か所へ届いています。</p> : null}
    </section>
  );
}

function PlaceCard(o: { readonly place: Place; readonly whole: boolean; readonly nameOf: NameOf }) {
  const { place } = o;
  const shown = place.messages.slice(0, o.whole ? MESSAGES_OF_ONE_PLACE : OPEN_MESSAGES);
  const older = o.whole ? [] : place.messages.slice(OPEN_MESSAGES, OPEN_MESSAGES + OLDER_MESSAGES);
  const rest = place.messages.length - shown.length - older.length;
  const address = `?${new URLSearchParams({ section: place.section, target: place.target })}`;
  const draw = (message: Arrived, open: boolean) => (
    <Message message={message} open={open} nameOf={o.nameOf} />
  );
  return (
    <section class="place">
      <header>
        <h3>
          <a href={address}>
            <Text text={nameOfPlace(place, o.nameOf)} />
          </a>
        </h3>
        <span class="count">{place.messages.length}件</span>
        {place.target === place.name ? null : <span class="address">{place.target}</span>}
      </header>
      {shown.map((message, index) => draw(message, index === 0))}
      {older.length === 0 ? null : (
        <details class="older" data-key={`older-${place.section}-${place.target}`}>
          <summary>これより前の {older.length}件</summary>
          {older.map((message) => draw(message, false))}
        </details>
      )}
      {rest > 0 && !o.whole ? (
        <p class="more">
          <a href={address}>すべて見る</a>
        </p>
      ) : null}
    </section>
  );
}

function nameOfPlace(place: Place, nameOf: NameOf): string {
  const [newest] = place.messages;
  if (newest?.channel !== 'slack') return place.name;
  if (newest.kind === 'direct') return `${nameOf(newest.visibleTo ?? '') ?? place.name}さんへのメッセージ`;
  return `#${place.name}`;
}

function Message(o: { readonly message: Arrived; readonly open: boolean; readonly nameOf: NameOf }) {
  switch (o.message.channel) {
    case 'chatwork':
      return <ChatworkMessage message={o.message} />;
    case 'slack':
      return <SlackMessage message={o.message} nameOf={o.nameOf} />;
    case 'email':
      return <MailMessage message={o.message} open={o.open} />;
    default:
      return o.message satisfies never;
  }
}
