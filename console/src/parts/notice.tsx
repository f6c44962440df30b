/** What went wrong, or that there is nothing; and what to do. */
import type { ComponentChildren } from 'preact';
import { ApiFault } from '../api/client.ts';
import { defineTexts } from '../texts/texts.ts';
import { Button } from './button.tsx';

const texts = defineTexts({
  en: {
    retry: 'Try again',
    request: (id: string) => `Request ${id}`,
    forbidden: 'The access key of this session may not do this.',
    throttled: 'The server has too much to do at this time. Try again in a moment.',
    loading: 'Loading …',
    unreachable: 'The server did not answer. It may be restarting.',
    foreign: (status: number) =>
      `The answer is not one of Millrace (HTTP status ${status}): something between the browser and the server may have sent it.`,
    foreignTooLarge: 'Something between the browser and the server refuses a request of this size (HTTP status 413).',
  },
  zh: {
    retry: '重试',
    request: (id: string) => `请求 ${id}`,
    forbidden: '当前会话的访问密钥无权执行此操作。',
    throttled: '服务器当前过于繁忙，请稍后重试。',
    loading: '加载中……',
    unreachable: '服务器没有响应，可能正在重启。',
    foreign: (status: number) =>
      `收到的响应不是来自 Millrace（HTTP 状态码 ${status}），可能由浏览器与服务器之间的代理返回。`,
    foreignTooLarge: '浏览器与服务器之间的代理拒绝了这么大的请求（HTTP 状态码 413）。',
  },
});

/** What a fault says. The server's own words are English, as everywhere in the API. */
export function faultText(fault: Error): string {
  const t = texts();
  if (!(fault instanceof ApiFault)) return fault.message;
  if (fault.code === 'Unreachable') return t.unreachable;
  if (fault.code !== 'UnknownReply') return fault.message;
  return fault.status === 413 ? t.foreignTooLarge : t.foreign(fault.status);
}

/** A fault with its message and, if it can be tried again, a button for it. */
export function FaultNotice({ fault, onRetry }: { readonly fault: Error; readonly onRetry?: () => void }) {
  const t = texts();
  const isApi = fault instanceof ApiFault;
  const lead = !isApi ? null : fault.code === 'AccessDenied' ? t.forbidden : fault.status === 429 ? t.throttled : null;
  return (
    <div class="notice fault" role="alert">
      {lead !== null && <p>{lead}</p>}
      <p class="prewrap">{faultText(fault)}</p>
      {isApi && fault.requestId !== '' && (
        <p class="muted small">
          {fault.code} · {t.request(fault.requestId)}
        </p>
      )}
      {onRetry !== undefined && <Button onClick={onRetry}>{t.retry}</Button>}
    </div>
  );
}

/** Nothing is here yet: what it means and what to do. */
export function EmptyNotice({ title, children }: { readonly title: string; readonly children?: ComponentChildren }) {
  return (
    <div class="notice empty">
      <p class="lead">{title}</p>
      {children}
    </div>
  );
}

export function Loading() {
  return (
    <p class="loading muted" role="status">
      {texts().loading}
    </p>
  );
}
