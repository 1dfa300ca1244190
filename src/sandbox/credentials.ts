/** The sandbox's fixed credentials. Plain fakes on purpose: they open nothing but a server on loopback. */
export const CHATWORK_API_TOKEN = 'sandbox-chatwork-token';
/** Base64, as Chatwork hands webhook tokens out: the signature's key is its decoded form. */
export const CHATWORK_WEBHOOK_TOKEN = Buffer.from('sandbox-chatwork-webhook-token').toString('base64');
export const SLACK_BOT_TOKEN = 'xoxb-sandbox';
export const SLACK_APP_TOKEN = 'xapp-sandbox';
export const SLACK_SIGNING_SECRET = 'sandbox-signing-secret';
export const SMTP_USER = 'sandbox';
export const SMTP_PASSWORD = 'sandbox-smtp-password';
/** Of the app itself, for installing it in other workspaces. */
export const SLACK_CLIENT_ID = '1000000000.2000000000';
export const SLACK_CLIENT_SECRET = 'sandbox-client-secret';
