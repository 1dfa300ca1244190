import { codeOf, type Finding, fail, ok, warn } from './finding.ts';

const TIMEOUT_MS = 5_000;
const SUBJECT = 'PUBLIC_URL';

/** Whether Slack and clients could reach this server. Not running is no mistake, so silence only warns. */
export async function checkPublicUrl(
  publicUrl: string,
  o: { readonly socketMode: boolean; readonly fetch: typeof fetch },
): Promise<readonly Finding[]> {
  const local = isLocal(new URL(publicUrl).hostname);
  const secure = publicUrl.startsWith('https:');
  const findings: Finding[] = [];
  if (!secure && !local) {
    findings.push(
      fail(
        SUBJECT,
        'not https: answers of clients would travel in the open, and Slack refuses such an address',
        'Put a proxy with a certificate in front, and set PUBLIC_URL to its https:// address.',
      ),
    );
  } else if (local) {
    findings.push(
      warn(
        SUBJECT,
        'is an address of this machine: links in reports work here only',
        o.socketMode
          ? 'Set it to an address clients can open before reports go to them.'
          : 'Slack cannot reach it either: set it to a public https:// address, or use Socket Mode (SLACK_APP_TOKEN).',
      ),
    );
  }
  findings.push(await checkHealth(publicUrl, o.fetch));
  return findings;
}

async function checkHealth(publicUrl: string, fetchFrom: typeof fetch): Promise<Finding> {
  const advice =
    'Expected while Toritsugi is not running. Otherwise check the proxy, the DNS name and HOST and PORT.';
  try {
    const response = await fetchFrom(`${publicUrl}/healthz`, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
      redirect: 'manual',
    });
    await response.body?.cancel();
    if (response.status === 200) return ok(SUBJECT, 'reaches a running server (/healthz)');
    return warn(SUBJECT, `/healthz answers with HTTP ${response.status}`, advice);
  } catch (thrown) {
    return warn(SUBJECT, `/healthz does not answer (${codeOf(thrown)})`, advice);
  }
}

function isLocal(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127\./.test(host);
}
