/*
 * Notifications as four mail systems write them, after public samples: the order of headers, folding, which
 * fields are there and what is returned differ from one to the next. All names and addresses are made up.
 */

export interface BouncedMail {
  readonly deliveryId: string;
  /** The address the mail came back from. */
  readonly recipient: string;
  readonly action?: 'failed' | 'delayed' | 'delivered' | 'relayed' | 'expanded';
  readonly status?: string;
  readonly diagnostic?: string;
  /** Told by servers that keep it. */
  readonly original?: string;
  /** Of the notification itself. */
  readonly messageId?: string;
  /** Where the notification goes; `bounce+<delivery>@agency.example` unless given. */
  readonly to?: string;
  /** Message-ID of the returned mail; ours unless given. */
  readonly returnedId?: string;
}

type Writer = (mail: BouncedMail) => string;

const USER_UNKNOWN = '550 5.1.1 <user>: Recipient address rejected: User unknown';

function filled(mail: BouncedMail) {
  return {
    action: 'failed',
    status: '5.1.1',
    diagnostic: USER_UNKNOWN,
    original: mail.recipient,
    messageId: '<20260618040600.4F2A1@mx.agency.example>',
    to: `bounce+${mail.deliveryId}@agency.example`,
    returnedId: `<${mail.deliveryId}@agency.example>`,
    ...mail,
  } as const;
}

const overTheWire = (text: string): string => text.replaceAll('\n', '\r\n');

/** Postfix, through a pipe transport that adds `Delivered-To` and `X-Original-To`; returns the whole mail. */
export const postfix: Writer = (mail) => {
  const { recipient, action, status, diagnostic, original, messageId, to, returnedId } = filled(mail);
  return overTheWire(`Return-Path: <>
X-Original-To: ${to}
Delivered-To: bounce@agency.example
Received: by mx.agency.example (Postfix)
	id 4F2A1; Thu, 18 Jun 2026 13:06:00 +0900 (JST)
Date: Thu, 18 Jun 2026 13:06:00 +0900 (JST)
From: MAILER-DAEMON@mx.agency.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: ${to}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
	boundary="4F2A1.1781755560/mx.agency.example"
Message-Id: ${messageId}

This is a MIME-encapsulated message.

--4F2A1.1781755560/mx.agency.example
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mx.agency.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

<${recipient}>: host mx.acme.example[192.0.2.25] said: ${diagnostic}
    (in reply to RCPT TO command)

--4F2A1.1781755560/mx.agency.example
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.agency.example
X-Postfix-Queue-ID: 4F2A1
X-Postfix-Sender: rfc822; ${to}
Arrival-Date: Thu, 18 Jun 2026 13:05:58 +0900 (JST)

Final-Recipient: rfc822; ${recipient}
Original-Recipient: rfc822;${original}
Action: ${action}
Status: ${status}
Remote-MTA: dns; mx.acme.example
Diagnostic-Code: smtp; ${diagnostic.replace(': ', ':\n    ')}

--4F2A1.1781755560/mx.agency.example
Content-Description: Undelivered Message
Content-Type: message/rfc822

Return-Path: <${to}>
From: =?UTF-8?B?5Y+X6Zu75aCx5ZGK?= <report@agency.example>
To: ${recipient}
Subject: =?UTF-8?B?44CQ5Y+X6Zu75aCx5ZGK44CR?=
Message-ID: ${returnedId}
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="--_NmP-1"

----_NmP-1
Content-Type: text/plain; charset=utf-8

report
----_NmP-1--

--4F2A1.1781755560/mx.agency.example--
`);
};

/** Exim: no `Original-Recipient`, a status of 5.0.0 whatever was said, headers only of the returned mail. */
export const exim: Writer = (mail) => {
  const { recipient, action, diagnostic, messageId, to, returnedId } = filled(mail);
  const status = mail.status ?? '5.0.0';
  return overTheWire(`Envelope-to: ${to}
Received: from Debian-exim by mx.agency.example with local (Exim 4.98)
	id 1tXyZa-0001-Ab
	for ${to};
	Thu, 18 Jun 2026 13:06:00 +0900
X-Failed-Recipients: ${recipient}
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mx.agency.example>
To: ${to}
References: ${returnedId}
Content-Type: multipart/report; report-type=delivery-status; boundary=1781755560-eximdsn-1804289383
MIME-Version: 1.0
Subject: Mail delivery failed: returning message to sender
Message-Id: ${messageId}
Date: Thu, 18 Jun 2026 13:06:00 +0900

--1781755560-eximdsn-1804289383
Content-type: text/plain; charset=us-ascii

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  ${recipient}
    host mx.acme.example [192.0.2.25]
    SMTP error from remote mail server after RCPT TO:<${recipient}>:
    ${diagnostic}

--1781755560-eximdsn-1804289383
Content-type: message/delivery-status

Reporting-MTA: dns; mx.agency.example

Action: ${action}
Final-Recipient: rfc822;${recipient}
Status: ${status}
Remote-MTA: dns; mx.acme.example
Diagnostic-Code: smtp; ${diagnostic}

--1781755560-eximdsn-1804289383
Content-type: text/rfc822-headers

Return-path: <${to}>
Received: from [10.0.0.5] (helo=toritsugi)
	by mx.agency.example with esmtp (Exim 4.98)
	(envelope-from <${to}>)
	id 1tXyZ9-0000-00
	for ${recipient}
Message-ID: ${returnedId}
From: report@agency.example
To: ${recipient}

--1781755560-eximdsn-1804289383--
`);
};

/** Exchange Online: a letter in HTML, folded headers, the Message-ID of the returned mail on a line of its own. */
export const exchange: Writer = (mail) => {
  const { recipient, action, messageId, to, returnedId } = filled(mail);
  const status = mail.status ?? '5.1.10';
  const diagnostic =
    mail.diagnostic ??
    '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup';
  return overTheWire(`From: <postmaster@acme.example>
To: <${to}>
Date: Thu, 18 Jun 2026 04:06:00 +0000
Content-Type: multipart/report; report-type=delivery-status;
	boundary="5b1f0c2e-8d7a-4c55-9a43-2f1f3f6e7a10"
Content-Language: ja-JP
Message-ID: ${messageId}
In-Reply-To: ${returnedId}
References: ${returnedId}
Subject: =?utf-8?B?6YWN5L+h5LiN6IO9?=
Auto-Submitted: auto-generated
X-MS-Exchange-Message-Is-Ndr: 
MIME-Version: 1.0

--5b1f0c2e-8d7a-4c55-9a43-2f1f3f6e7a10
Content-Type: multipart/alternative; differences=Content-Type;
	boundary="a7e0f3c1-0b51-4f8e-8a5d-6a2d0d9c1b22"

--a7e0f3c1-0b51-4f8e-8a5d-6a2d0d9c1b22
Content-Type: text/plain; charset="utf-8"
Content-Transfer-Encoding: quoted-printable

${recipient} =E3=81=AB=E9=85=8D=E4=BF=A1=E3=81=A7=E3=81=8D=E3=81=BE=E3=81=9B=
=E3=82=93=E3=81=A7=E3=81=97=E3=81=9F=E3=80=82

--a7e0f3c1-0b51-4f8e-8a5d-6a2d0d9c1b22
Content-Type: text/html; charset="utf-8"

<html><body><p>${recipient}</p></body></html>
--a7e0f3c1-0b51-4f8e-8a5d-6a2d0d9c1b22--

--5b1f0c2e-8d7a-4c55-9a43-2f1f3f6e7a10
Content-Type: message/delivery-status

Reporting-MTA: dns;TYAPR01MB0001.jpnprd01.prod.acme.example
Received-From-MTA: dns;mx.agency.example
Arrival-Date: Thu, 18 Jun 2026 04:05:59 +0000

Final-Recipient: rfc822;${recipient}
Action: ${action}
Status: ${status}
Diagnostic-Code: smtp;${diagnostic}

--5b1f0c2e-8d7a-4c55-9a43-2f1f3f6e7a10
Content-Type: message/rfc822

Received: from mx.agency.example (192.0.2.10) by
 TYAPR01MB0001.jpnprd01.prod.acme.example with Microsoft SMTP Server id
 15.20.1; Thu, 18 Jun 2026 04:05:59 +0000
From: report@agency.example
To: ${recipient}
Message-ID:
	${returnedId}
Content-Type: text/plain; charset=utf-8

report

--5b1f0c2e-8d7a-4c55-9a43-2f1f3f6e7a10--
`);
};

/** Gmail: pictures beside the letter, `Action` and `Status` with a diagnostic of many lines. */
export const gmail: Writer = (mail) => {
  const { recipient, action, status, messageId, to, returnedId } = filled(mail);
  const diagnostic =
    mail.diagnostic ??
    `550-5.1.1 The email account that you tried to reach does not exist. Please try
 550-5.1.1 double-checking the recipient's email address for typos or
 550 5.1.1 unnecessary spaces. For more information, go to
 https://support.mail.example/answer/6596 d2e1a72fcca58-7a0 - gsmtp`;
  return overTheWire(`Delivered-To: ${to}
Return-Path: <>
X-Received: by 2002:a17:90b:1a2b with SMTP id ng11mr1;
        Wed, 17 Jun 2026 21:06:00 -0700 (PDT)
From: Mail Delivery Subsystem <mailer-daemon@mail.example>
To: ${to}
Auto-Submitted: auto-replied
Subject: Delivery Status Notification (Failure)
References: ${returnedId}
In-Reply-To: ${returnedId}
X-Failed-Recipients: ${recipient}
Message-ID: ${messageId}
Date: Wed, 17 Jun 2026 21:06:00 -0700 (PDT)
MIME-Version: 1.0
Content-Type: multipart/report; boundary="0000000000001b2c3d0601f0a0b0"; report-type=delivery-status

--0000000000001b2c3d0601f0a0b0
Content-Type: multipart/related; boundary="0000000000001b2c450601f0a0b1"

--0000000000001b2c450601f0a0b1
Content-Type: multipart/alternative; boundary="0000000000001b2c4c0601f0a0b2"

--0000000000001b2c4c0601f0a0b2
Content-Type: text/plain; charset="UTF-8"

** Address not found **

Your message wasn't delivered to ${recipient} because the address couldn't be found.

--0000000000001b2c4c0601f0a0b2
Content-Type: text/html; charset="UTF-8"

<html><body><img src="cid:icon.png">Address not found</body></html>
--0000000000001b2c4c0601f0a0b2--
--0000000000001b2c450601f0a0b1
Content-Type: image/png; name="icon.png"
Content-Disposition: attachment; filename="icon.png"
Content-Transfer-Encoding: base64
Content-ID: <icon.png>

iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==
--0000000000001b2c450601f0a0b1--
--0000000000001b2c3d0601f0a0b0
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example
Arrival-Date: Wed, 17 Jun 2026 21:05:59 -0700 (PDT)
X-Original-Message-ID: ${returnedId}

Final-Recipient: rfc822; ${recipient}
Action: ${action}
Status: ${status}
Remote-MTA: dns; mx.acme.example. (192.0.2.25, the server for the domain acme.example.)
Diagnostic-Code: smtp; ${diagnostic}
Last-Attempt-Date: Wed, 17 Jun 2026 21:06:00 -0700 (PDT)

--0000000000001b2c3d0601f0a0b0
Content-Type: message/rfc822

Return-Path: <${to}>
From: report@agency.example
To: ${recipient}
Message-ID: ${returnedId}
Content-Type: text/plain; charset=utf-8

report
--0000000000001b2c3d0601f0a0b0--
`);
};

export const MAIL_SYSTEMS = { postfix, exim, exchange, gmail } as const;

/** An out-of-office note to the envelope sender: no notification, whatever it quotes. */
export const outOfOffice: Writer = ({ deliveryId, recipient }) =>
  overTheWire(`Return-Path: <>
From: ${recipient}
To: bounce+${deliveryId}@agency.example
Subject: =?UTF-8?B?6Ieq5YuV5b+c562U?=
Auto-Submitted: auto-replied
In-Reply-To: <${deliveryId}@agency.example>
Message-ID: <auto-1@acme.example>
Content-Type: text/plain; charset=utf-8

Final-Recipient: rfc822; ${recipient}
Action: failed
Status: 5.1.1
`);
