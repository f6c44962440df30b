/** Screens that are loaded when they are first shown, so that the first one does not wait for all of them. */
import type { ComponentType, VNode } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { defineTexts } from '../texts/texts.ts';
import { Button } from './button.tsx';
import { Loading } from './notice.tsx';

const texts = defineTexts({
  en: {
    lost: 'This screen could not be loaded. The server may be restarting, or have a newer version now.',
    retry: 'Try again',
    reload: 'Load the page again',
  },
  zh: {
    lost: '无法加载此页面。服务器可能正在重启，或已更新到新版本。',
    retry: '重试',
    reload: '重新加载页面',
  },
});

/** A component whose code comes later. */
export interface Lazy<Props> {
  (props: Props): VNode | null;
  /** Loads the code before the component is shown. */
  prepare(): void;
}

/** A component whose code comes with `load`. Once it is there, it is rendered at once. */
export function lazily<Props extends object>(load: () => Promise<ComponentType<Props>>): Lazy<Props> {
  let loaded: ComponentType<Props> | null = null;
  const fetched = (): Promise<void> =>
    load().then((component) => {
      loaded = component;
    });
  const Lazily = (props: Props): VNode | null => {
    const [, setRound] = useState(0);
    const [isLost, setLost] = useState(false);
    const begin = (): void => {
      setLost(false);
      fetched().then(
        () => setRound((round) => round + 1),
        () => setLost(true),
      );
    };
    const Component = loaded;
    useEffect(() => {
      // Also if it has come since: nothing else would render it.
      if (Component === null) begin();
    }, []);
    if (Component !== null) return <Component {...props} />;
    return isLost ? <Lost onRetry={begin} /> : <Loading />;
  };
  const prepare = (): void => {
    // Showing it tries again, and says what is wrong.
    fetched().catch(() => undefined);
  };
  return Object.assign(Lazily, { prepare });
}

function Lost({ onRetry }: { readonly onRetry: () => void }) {
  const t = texts();
  return (
    <div class="notice fault" role="alert">
      <p>{t.lost}</p>
      <div class="row">
        <Button onClick={onRetry}>{t.retry}</Button>
        <Button onClick={() => location.reload()}>{t.reload}</Button>
      </div>
    </div>
  );
}
