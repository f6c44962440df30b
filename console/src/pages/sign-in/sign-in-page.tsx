/** Proves an access key. The secret goes to the server once; a cookie that scripts cannot read stands for it afterwards. */
import { useState } from 'preact/hooks';
import { CookieFault, session, signIn } from '../../app/session.ts';
import { isForbidden } from '../../api/client.ts';
import { Button } from '../../parts/button.tsx';
import { LanguageSelect } from '../../parts/language-select.tsx';
import { FaultNotice, faultText } from '../../parts/notice.tsx';
import { useAction } from '../../parts/use-action.ts';
import { defineTexts } from '../../texts/texts.ts';

const texts = defineTexts({
  en: {
    title: 'Sign in to Millrace',
    about: 'With an access key of this server. The console may do what the policies of the key allow, and no more.',
    id: 'AccessKey ID',
    secret: 'AccessKey secret',
    token: 'Security token',
    tokenHint: 'Only of a temporary key',
    submit: 'Sign in',
    where: 'Where is my key?',
    help: 'The first start of the server printed a key, and stored it in the data folder in the file root-key.json. Other keys are in the settings file, under “keys”.',
    ended:
      'The session has ended. Sign in again with the same key, and the screen is as you left it, with all that you typed.',
    noCookie:
      'The key is right, but the browser has not stored the cookie of the session. Allow cookies for this address, and sign in again.',
  },
  zh: {
    title: '登录 Millrace',
    about: '使用此服务器的访问密钥。控制台的权限与该密钥的策略完全一致。',
    id: 'AccessKey ID',
    secret: 'AccessKey Secret',
    token: '安全令牌',
    tokenHint: '仅临时密钥需要',
    submit: '登录',
    where: '密钥在哪里？',
    help: '服务器首次启动时会打印一个密钥，并保存在数据目录的 root-key.json 文件中。其他密钥在设置文件的 keys 部分。',
    ended: '会话已结束。使用同一密钥重新登录后，页面将保持原样，已输入的内容不会丢失。',
    noCookie: '密钥正确，但浏览器没有保存会话 Cookie。请允许此地址使用 Cookie，然后重新登录。',
  },
});

/** `endedFor`: the key of a session that has ended; its screen waits. */
export function SignInPage({ endedFor = '' }: { readonly endedFor?: string }) {
  const t = texts();
  const [accessKeyId, setId] = useState(endedFor);
  const [accessKeySecret, setSecret] = useState('');
  const [securityToken, setToken] = useState('');
  const action = useAction(async () => {
    await signIn({ accessKeyId, accessKeySecret, ...(securityToken !== '' && { securityToken }) }).catch(
      (error: unknown) => {
        if (error instanceof CookieFault) throw new Error(t.noCookie);
        // The way to the server is not private, which says nothing about a key.
        throw isForbidden(error) ? new Error(faultText(error as Error)) : error;
      },
    );
    setSecret('');
  });
  return (
    <main class="sign-in">
      <form
        class="card stack"
        onSubmit={(event) => {
          event.preventDefault();
          void action.run();
        }}
      >
        <div class="row">
          <img src="icon.svg" alt="" width="32" height="32" />
          <h1 id="sign-in-title" class="fill">
            {t.title}
          </h1>
          <LanguageSelect />
        </div>
        <p class="muted">{endedFor === '' ? t.about : t.ended}</p>
        <label class="field">
          <span>{t.id}</span>
          <input
            type="text"
            autocomplete="username"
            spellcheck={false}
            required
            value={accessKeyId}
            onInput={(event) => setId(event.currentTarget.value)}
          />
        </label>
        <label class="field">
          <span>{t.secret}</span>
          <input
            type="password"
            autocomplete="current-password"
            required
            value={accessKeySecret}
            onInput={(event) => setSecret(event.currentTarget.value)}
          />
        </label>
        <details>
          <summary>{t.token}</summary>
          <label class="field">
            <span class="hint">{t.tokenHint}</span>
            <input
              type="password"
              aria-label={t.token}
              autocomplete="off"
              value={securityToken}
              onInput={(event) => setToken(event.currentTarget.value)}
            />
          </label>
        </details>
        {action.fault !== null && <FaultNotice fault={action.fault} />}
        <Button type="submit" kind="primary" isBusy={action.isBusy}>
          {t.submit}
        </Button>
        <details>
          <summary>{t.where}</summary>
          <p class="muted">{t.help}</p>
        </details>
        <p class="muted small">
          {session.value?.region} · Millrace {session.value?.version}
        </p>
      </form>
    </main>
  );
}
