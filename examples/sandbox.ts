import { createInterface } from 'node:readline/promises';
import { SANDBOX_OPERATORS, SANDBOX_SUPERVISOR, startSandbox } from '../src/sandbox/index.ts';

/*
 * The sandbox by itself: pretend Chatwork, Slack and mail relay on fixed ports, for trying your own clients file and
 * templates. Each line typed here is entered as an operator would in Slack. See docs/sandbox.md.
 *
 *   npm run sandbox -- [address of Toritsugi, http://127.0.0.1:3000 unless given]
 */
const toritsugi = process.argv[2] ?? 'http://127.0.0.1:3000';
const say = (text: string) => void process.stdout.write(`${text}\n`);

const sandbox = await startSandbox({
  port: 4010,
  smtpPort: 4025,
  slack: { requestUrl: `${toritsugi}/slack/events` },
  chatwork: { webhookUrl: `${toritsugi}/webhooks/chatwork` },
});
const operator = sandbox.slack.person(SANDBOX_OPERATORS[0].id);
const supervisor = sandbox.slack.person(SANDBOX_SUPERVISOR.id);

say(`# Settings that send everything to this sandbox:
SLACK_API_URL=${sandbox.slack.url}
SLACK_BOT_TOKEN=${sandbox.slack.botToken}
SLACK_SIGNING_SECRET=${sandbox.slack.signingSecret}
SLACK_OPERATORS=${SANDBOX_OPERATORS.map(({ id }) => id).join(',')}
SLACK_SUPERVISORS=${SANDBOX_SUPERVISOR.id}
CHATWORK_API_URL=${sandbox.chatwork.url}
CHATWORK_API_TOKEN=${sandbox.chatwork.apiToken}
CHATWORK_WEBHOOK_TOKEN=${sandbox.chatwork.webhookToken}
SMTP_URL=${sandbox.email.smtpUrl}
MAIL_FROM=houkoku@agency.example
PUBLIC_URL=${toritsugi}
LINK_SECRET=for-the-sandbox-only-0123456789abcdef

# What arrives: ${sandbox.page.url}
# Type a line as after /juden, such as: acme 用件 見積書の件. An empty line opens the App Home of an operator and of a
# supervisor. Ctrl-C ends.`);

for await (const line of createInterface({ input: process.stdin })) {
  // A bare command would open the form, which nobody could see here.
  if (line.trim() === '') {
    await Promise.all([operator, supervisor].map((person) => person.home().open()));
    say(`The homes: ${sandbox.page.url}?section=staff`);
    continue;
  }
  const reply = await operator.command(line);
  say(reply.message?.text ?? `No answer (${reply.failed ?? 'empty'}). Does Toritsugi run at ${toritsugi}?`);
}
await sandbox.close();
