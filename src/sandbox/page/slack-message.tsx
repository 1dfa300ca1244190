import type { ArrivedInSlack } from '../arrived.ts';
import { asList, asObject, asText, type JsonObject } from '../slack/json.ts';
import { type MrkdwnNode, parseMrkdwn } from '../slack/mrkdwn.ts';
import { Link, Moment, Text } from './text.tsx';

/** Finds the name of a Slack user. */
export type NameOf = (userId: string) => string | undefined;

/** A message in Slack: its blocks drawn, or its text where it has none. */
export function SlackMessage({
  message,
  nameOf,
}: {
  readonly message: ArrivedInSlack;
  readonly nameOf: NameOf;
}) {
  const whispered =
    message.kind === 'ephemeral' || (message.kind === 'response' && message.visibleTo !== null);
  const reader = message.visibleTo === null ? '' : (nameOf(message.visibleTo) ?? message.visibleTo);
  return (
    <article class="message slack" id={`m-${message.number}`} aria-label={`Slack ${message.number}`}>
      <span class="avatar" aria-hidden="true">
        取
      </span>
      <div class="content">
        <p class="byline">
          <strong>toritsugi</strong>
          <span class="tag">アプリ</span>
          <Moment at={message.at} />
        </p>
        {whispered ? <p class="whisper">{reader}さんだけに表示されています</p> : null}
        <div class="body">
          {message.blocks.length === 0 ? (
            <Mrkdwn text={message.text} nameOf={nameOf} />
          ) : (
            message.blocks.map((block) => <Block block={block} nameOf={nameOf} />)
          )}
        </div>
        {message.edited ? <p class="small">(編集済み)</p> : null}
        {message.blocks.length > 0 && message.text !== '' ? (
          <details data-key={`fallback-${message.number}`}>
            <summary>通知に出る文</summary>
            <div class="body">
              <Mrkdwn text={message.text} nameOf={nameOf} />
            </div>
          </details>
        ) : null}
      </div>
    </article>
  );
}

export function Block({ block, nameOf }: { readonly block: JsonObject; readonly nameOf: NameOf }) {
  switch (block.type) {
    case 'header':
      return (
        <p class="slack-header">
          <TextObject value={block.text} nameOf={nameOf} />
        </p>
      );
    case 'section':
      return (
        <div class="slack-section">
          {block.text === undefined ? null : (
            <div>
              <TextObject value={block.text} nameOf={nameOf} />
            </div>
          )}
          {block.accessory === undefined ? null : <Element element={asObject(block.accessory)} />}
          {asList(block.fields).length === 0 ? null : (
            <div class="slack-fields">
              {asList(block.fields).map((field) => (
                <div>
                  <TextObject value={field} nameOf={nameOf} />
                </div>
              ))}
            </div>
          )}
        </div>
      );
    case 'context':
      return (
        <p class="slack-context">
          {asList(block.elements).map((element) => (
            <span>
              {element.type === 'image' ? (
                asText(element.alt_text)
              ) : (
                <TextObject value={element} nameOf={nameOf} />
              )}
            </span>
          ))}
        </p>
      );
    case 'divider':
      return <hr />;
    case 'actions':
      return (
        <p class="slack-actions">
          {asList(block.elements).map((element) => (
            <Element element={element} />
          ))}
        </p>
      );
    case 'image':
      return <p class="small">[画像] {asText(block.alt_text)}</p>;
    default:
      return <p class="small">[{asText(block.type)}]</p>;
  }
}

function Element({ element }: { readonly element: JsonObject }) {
  const chosen = asObject(element.initial_option).text;
  const label =
    element.type === 'overflow'
      ? '⋮'
      : asText(asObject(chosen ?? element.text ?? element.placeholder).text) || asText(element.type);
  const style = element.style === 'primary' || element.style === 'danger' ? ` ${element.style}` : '';
  return (
    <span class={`slack-button${style}`}>
      <Text text={label} />
    </span>
  );
}

/** `plain_text` shows exactly what was sent; `mrkdwn` is drawn. */
function TextObject({ value, nameOf }: { readonly value: unknown; readonly nameOf: NameOf }) {
  const { type, text } = asObject(value);
  return type === 'mrkdwn' ? <Mrkdwn text={asText(text)} nameOf={nameOf} /> : <Text text={asText(text)} />;
}

function Mrkdwn({ text, nameOf }: { readonly text: string; readonly nameOf: NameOf }) {
  return <Nodes nodes={parseMrkdwn(text)} nameOf={nameOf} />;
}

function Nodes({ nodes, nameOf }: { readonly nodes: readonly MrkdwnNode[]; readonly nameOf: NameOf }) {
  return (
    <>
      {nodes.map((node) => (
        <Node node={node} nameOf={nameOf} />
      ))}
    </>
  );
}

function Node({ node, nameOf }: { readonly node: MrkdwnNode; readonly nameOf: NameOf }) {
  switch (node.type) {
    case 'text':
      return <Text text={node.text} />;
    case 'user':
      return <span class="call">@{nameOf(node.id) ?? node.id}</span>;
    case 'group':
      return <span class="call">@{node.id}</span>;
    case 'everybody':
      return <span class="call all">@{node.word}</span>;
    case 'channel':
      return <span class="call">#{node.label ?? node.id}</span>;
    case 'link':
      return (
        <Link url={node.url}>
          <Text text={node.label} />
        </Link>
      );
    case 'code':
      return <code>{node.text}</code>;
    case 'block':
      return <code class="block">{node.text}</code>;
    case 'bold':
      return (
        <b>
          <Nodes nodes={node.children} nameOf={nameOf} />
        </b>
      );
    case 'italic':
      return (
        <i>
          <Nodes nodes={node.children} nameOf={nameOf} />
        </i>
      );
    case 'strike':
      return (
        <s>
          <Nodes nodes={node.children} nameOf={nameOf} />
        </s>
      );
    case 'quote':
      return (
        <blockquote>
          <Nodes nodes={node.children} nameOf={nameOf} />
        </blockquote>
      );
    default:
      return node satisfies never;
  }
}
