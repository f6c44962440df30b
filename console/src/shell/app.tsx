/** The frame: the bar with the session, the navigation, and the screen that the address names. */
import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useErrorBoundary, useRef, useState } from 'preact/hooks';
import { isReachable, sessionEnded } from '../api/client.ts';
import { SignInAgain } from '../pages/sign-in/sign-in-again.tsx';
import { SignInPage } from '../pages/sign-in/sign-in-page.tsx';
import { Button, LinkButton } from '../parts/button.tsx';
import { Dialog } from '../parts/dialog.tsx';
import { LanguageSelect } from '../parts/language-select.tsx';
import { lazily } from '../parts/lazy.tsx';
import type { Lazy } from '../parts/lazy.tsx';
import { EmptyNotice, FaultNotice, Loading, faultText } from '../parts/notice.tsx';
import { Toasts, say } from '../parts/toast.tsx';
import { useAction } from '../parts/use-action.ts';
import { language } from '../texts/texts.ts';
import { shortcuts, useShortcuts } from '../app/keyboard.ts';
import { navigate, route, to } from '../app/router.ts';
import { isOpen, loadSession, screenOf, session, signOut } from '../app/session.ts';
import { shellTexts } from '../texts/shell.ts';
import { chooseTheme, theme } from '../app/theme.ts';
import type { Theme } from '../app/theme.ts';

// A browser loads the code of a screen when it is first shown.
const FlowsPage = lazily(() => import('../pages/flows/flows-page.tsx').then((screen) => screen.FlowsPage));
const NewFlowPage = lazily(() => import('../pages/flows/new-flow-page.tsx').then((screen) => screen.NewFlowPage));
const FlowPage = lazily(() => import('../pages/flow/flow-page.tsx').then((screen) => screen.FlowPage));
const ExecutionsPage = lazily(() =>
  import('../pages/executions/executions-page.tsx').then((screen) => screen.ExecutionsPage),
);
const ExecutionPage = lazily(() =>
  import('../pages/execution/execution-page.tsx').then((screen) => screen.ExecutionPage),
);
const MapRunPage = lazily(() => import('../pages/map-run/map-run-page.tsx').then((screen) => screen.MapRunPage));
const MessagesPage = lazily(() => import('../pages/messages/messages-page.tsx').then((screen) => screen.MessagesPage));
const SchedulesPage = lazily(() =>
  import('../pages/schedules/schedules-page.tsx').then((screen) => screen.SchedulesPage),
);
const SystemPage = lazily(() => import('../pages/system/system-page.tsx').then((screen) => screen.SystemPage));

export function App() {
  const [fault, setFault] = useState<Error | null>(null);
  const load = (): void => {
    loadSession().then(
      () => setFault(null),
      (error: unknown) => setFault(error as Error),
    );
  };
  useEffect(load, [sessionEnded.value]);
  useEffect(() => {
    document.documentElement.lang = language.value === 'zh' ? 'zh-CN' : 'en';
  }, [language.value]);
  useTitle();
  const { value } = session;
  if (value === null) return fault === null ? <Loading /> : <FaultNotice fault={fault} onRetry={load} />;
  const isSignedIn = isOpen(value);
  const { value: owner } = screenOf;
  if (owner === null) return <SignInPage />;
  return (
    <>
      <Shell key={owner} isCovered={!isSignedIn} />
      {!isSignedIn && <SignInAgain accessKeyId={owner} />}
    </>
  );
}

/** The title of the page says which screen it shows, for the tabs and the history of the browser. */
function useTitle(): void {
  const t = shellTexts();
  const { value } = session;
  const names = value === null ? [] : isOpen(value) ? titleOf(route.value.path) : [t.signIn];
  const title = [...names, 'Millrace'].join(' · ');
  useEffect(() => {
    document.title = title;
  }, [title]);
}

/** What an address shows, the innermost first: `['order-1', 'orders']`. */
function titleOf(path: readonly string[]): readonly string[] {
  const t = shellTexts();
  const [first = 'flows', flow = '', part = '', execution = '', , mapRun = ''] = path;
  if (first === 'new-flow') return [t.newFlow];
  if (first === 'flows' && flow !== '') {
    return [mapRun, part === 'executions' ? execution : '', flow].filter((name) => name !== '');
  }
  const screen = SCREENS.find(({ id }) => id === first);
  return [screen === undefined ? t.notFound : t[screen.id]];
}

/** All that a session shows. `isCovered`: the session has ended, so that nothing is to be seen until the person signs in again. */
function Shell({ isCovered }: { readonly isCovered: boolean }) {
  return (
    <div class={`shell${isCovered ? ' is-covered' : ''}`}>
      <a class="skip-link" href="#content" onClick={focusContent}>
        {shellTexts().skip}
      </a>
      <TopBar />
      <SideBar />
      <Content />
      <Toasts />
    </div>
  );
}

function focusContent(event: Event): void {
  event.preventDefault();
  document.querySelector('main')?.focus();
}

function TopBar() {
  const t = shellTexts();
  const { value } = session;
  const [showsKeys, setShowsKeys] = useState(false);
  const leaving = useAction(() =>
    signOut().catch((error: unknown) => say(t.signOutFailed(faultText(error as Error)), { isFault: true })),
  );
  useShortcuts([{ keys: '?', about: t.shortcuts, run: () => setShowsKeys(true) }]);
  if (value === null) return null;
  return (
    <header class="top-bar">
      <a class="brand" href={to.flows()}>
        <img src="icon.svg" alt="" />
        Millrace
      </a>
      <span class="where">
        {value.region} · {value.version}
      </span>
      <span class="fill" />
      <Button kind="quiet" label={t.shortcuts} onClick={() => setShowsKeys(true)}>
        ?
      </Button>
      <select
        aria-label={t.theme}
        value={theme.value}
        onChange={(event) => chooseTheme(event.currentTarget.value as Theme)}
      >
        <option value="system">{t.themeSystem}</option>
        <option value="light">{t.themeLight}</option>
        <option value="dark">{t.themeDark}</option>
      </select>
      <LanguageSelect />
      {value.auth === 'on' ? (
        <Button
          kind="quiet"
          title={t.signedInAs(value.accessKeyId)}
          isBusy={leaving.isBusy}
          onClick={() => void leaving.run()}
        >
          {t.signOut}
        </Button>
      ) : (
        <span class="chip">{t.open}</span>
      )}
      {!isReachable.value && (
        <p class="visually-hidden" role="alert">
          {t.lost}
        </p>
      )}
      {showsKeys && <ShortcutsDialog onClose={() => setShowsKeys(false)} />}
    </header>
  );
}

function ShortcutsDialog({ onClose }: { readonly onClose: () => void }) {
  const t = shellTexts();
  return (
    <Dialog title={t.shortcuts} onClose={onClose}>
      <table>
        <thead>
          <tr>
            <th>{t.keys}</th>
            <th>{t.does}</th>
          </tr>
        </thead>
        <tbody>
          {[...shortcuts.value.values()].flat().map(({ keys, about }) => (
            <tr key={`${keys} ${about}`}>
              <td>
                <kbd class="mono">{keys.replace('Mod', /Mac/.test(navigator.platform) ? '⌘' : 'Ctrl')}</kbd>
              </td>
              <td>{about}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Dialog>
  );
}

const SCREENS = [
  {
    id: 'flows',
    address: to.flows,
    key: 'g f',
    about: 'goFlows',
    shape: 'M4 5h6v5H4zM14 14h6v5h-6zM10 7.5h4.5a2 2 0 0 1 2 2V14',
  },
  { id: 'executions', address: to.executions, key: 'g e', about: 'goExecutions', shape: 'M5 6h14M5 12h9M5 18h11' },
  {
    id: 'schedules',
    address: to.schedules,
    key: 'g c',
    about: 'goSchedules',
    shape: 'M12 4a8 8 0 1 0 .01 0M12 8v4.5l3 2',
  },
  { id: 'messages', address: to.messages, key: 'g m', about: 'goMessages', shape: 'M4 6h16v12H4zM4 7l8 6 8-6' },
  {
    id: 'system',
    address: to.system,
    key: 'g s',
    about: 'goSystem',
    shape: 'M4 5h16v6H4zM4 13h16v6H4zM7 8h.01M7 16h.01',
  },
] as const;

function SideBar() {
  const t = shellTexts();
  const [first = 'flows', , second] = route.value.path;
  const chosen = first === 'new-flow' ? 'flows' : first === 'flows' && second === 'executions' ? 'executions' : first;
  useShortcuts(SCREENS.map(({ id, key, about }) => ({ keys: key, about: t[about], run: () => navigate([id]) })));
  return (
    <nav class="side" aria-label={t.navigation}>
      {SCREENS.map(({ id, address, shape }) => (
        <a key={id} href={address()} aria-current={id === chosen ? 'page' : undefined}>
          <svg viewBox="0 0 24 24" aria-hidden="true">
            <path d={shape} />
          </svg>
          {t[id]}
        </a>
      ))}
    </nav>
  );
}

function Content() {
  const { path } = route.value;
  const main = useRef<HTMLElement>(null);
  const screen = path.join('/');
  const isFirst = useRef(true);
  useEffect(() => {
    // A person who reads by ear hears that the screen has changed.
    if (!isFirst.current) main.current?.focus();
    isFirst.current = false;
  }, [screen]);
  const t = shellTexts();
  return (
    <main ref={main} id="content" tabIndex={-1}>
      {!isReachable.value && <p class="connection-lost">{t.lost}</p>}
      <Guard key={screen}>
        <Screen />
      </Guard>
    </main>
  );
}

/** Shows a defect of a screen instead of an empty page. */
function Guard({ children }: { readonly children: ComponentChildren }) {
  const [error] = useErrorBoundary();
  const t = shellTexts();
  if (error === undefined) return <>{children}</>;
  return (
    <div class="notice fault" role="alert">
      <p class="lead">{t.broken}</p>
      <p>{t.brokenHelp}</p>
      <pre class="prewrap">{String((error as Error).stack ?? error)}</pre>
    </div>
  );
}

function Screen() {
  return screenAt(route.value.path) ?? <NoScreen />;
}

/** The screen that an address names; null for none. */
function screenAt(path: readonly string[]): VNode | null {
  const [first = 'flows', name = '', part = '', execution = '', inner = '', mapRun = ''] = path;
  if (first === 'flows' && path.length <= 1) return <FlowsPage />;
  if (first === 'new-flow') return <NewFlowPage />;
  if (first === 'flows' && part === '') return <FlowPage name={name} />;
  if (first === 'flows' && part === 'executions' && execution !== '') {
    if (inner === 'map-runs' && mapRun !== '') return <MapRunPage flow={name} execution={execution} name={mapRun} />;
    if (inner === '') return <ExecutionPage flow={name} name={execution} />;
  }
  if (first === 'executions') return <ExecutionsPage />;
  if (first === 'messages') return <MessagesPage />;
  if (first === 'schedules') return <SchedulesPage />;
  if (first === 'system') return <SystemPage />;
  return null;
}

function NoScreen() {
  const t = shellTexts();
  return (
    <EmptyNotice title={t.notFound}>
      <p>{t.notFoundHelp}</p>
      <LinkButton href={to.flows()}>{t.home}</LinkButton>
    </EmptyNotice>
  );
}

// The code of the first screen comes while the server is asked who is signed in.
(screenAt(route.peek().path)?.type as Lazy<never> | undefined)?.prepare();
