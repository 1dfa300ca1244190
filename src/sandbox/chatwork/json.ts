import {
  type ChatworkAccount,
  type ChatworkMessage,
  type ChatworkTask,
  type Room,
  SANDBOX_ACCOUNT,
} from './rooms.ts';

/** Chatwork's JSON shapes, as its reference shows them. */
export function accountJson(account: ChatworkAccount) {
  return {
    account_id: account.accountId,
    name: account.name,
    avatar_image_url: `https://chatwork.example/avatar/${account.accountId}.png`,
  };
}

export function meJson(account: ChatworkAccount) {
  return {
    ...accountJson(account),
    room_id: 322,
    chatwork_id: 'sandbox',
    organization_id: 101,
    organization_name: 'サンプル電話代行',
    department: '',
    title: '',
    url: '',
    introduction: '',
    mail: '',
    tel_organization: '',
    tel_extension: '',
    tel_mobile: '',
    skype: '',
    facebook: '',
    twitter: '',
    login_mail: 'sandbox@agency.example',
  };
}

export function roomJson(room: Room) {
  return {
    room_id: Number(room.roomId),
    name: room.name,
    type: 'group',
    role: 'member',
    sticky: false,
    // Nobody opens these rooms in a browser, and reading them through the API reads nothing.
    unread_num: room.messages.filter(({ account }) => account !== SANDBOX_ACCOUNT).length,
    mention_num: room.messages.filter(namesApp).length,
    mytask_num: 0,
    message_num: room.messages.length,
    file_num: 0,
    task_num: room.tasks.length,
    icon_path: 'https://chatwork.example/icon.png',
    last_update_time: room.messages.at(-1)?.sendTime ?? 0,
  };
}

/** Whether a message of somebody else names the app's account, as `[To:…]` or `[rp aid=…]`. */
export function namesApp({ account, body }: ChatworkMessage): boolean {
  const { accountId } = SANDBOX_ACCOUNT;
  return (
    account.accountId !== accountId &&
    new RegExp(`\\[(?:To:${accountId}\\]|rp aid=${accountId}[ \\]])`).test(body)
  );
}

export function messageJson(message: ChatworkMessage) {
  return {
    message_id: message.messageId,
    account: accountJson(message.account),
    body: message.body,
    send_time: message.sendTime,
    update_time: message.updateTime,
  };
}

export function taskJson(task: ChatworkTask) {
  return {
    task_id: task.taskId,
    account: accountJson(task.account),
    assigned_by_account: accountJson(task.assignedBy),
    message_id: task.messageId,
    body: task.body,
    limit_time: task.limitTime,
    status: task.status,
    limit_type: task.limitType,
  };
}

/** A webhook's body. A reply to the app, `[rp aid=OWN to=ROOM-MESSAGE]`, arrives as `mention_to_me`. */
export function webhookJson(o: {
  readonly type: 'message_created' | 'message_updated' | 'mention_to_me';
  readonly room: Room;
  readonly message: ChatworkMessage;
  readonly settingId: string;
  readonly nowSeconds: number;
}) {
  const { message, room, type } = o;
  const times = { send_time: message.sendTime, update_time: message.updateTime };
  const place = { room_id: Number(room.roomId), message_id: message.messageId, body: message.body };
  return {
    webhook_setting_id: o.settingId,
    webhook_event_type: type,
    webhook_event_time: o.nowSeconds,
    webhook_event:
      type === 'mention_to_me'
        ? {
            from_account_id: message.account.accountId,
            to_account_id: SANDBOX_ACCOUNT.accountId,
            ...place,
            ...times,
          }
        : { ...place, account_id: message.account.accountId, ...times },
  };
}
