/** The words of the flow languages, which the server sends once. An editor without them works, and suggests nothing. */
import { useEffect, useState } from 'preact/hooks';
import { call } from '../api/client.ts';
import type { Vocabulary } from './fields.ts';

let loading: Promise<Vocabulary> | null = null;

export function useVocabulary(): Vocabulary | null {
  const [vocabulary, setVocabulary] = useState<Vocabulary | null>(null);
  useEffect(() => {
    let isShown = true;
    loadVocabulary().then(
      (loaded) => {
        if (isShown) setVocabulary(loaded);
      },
      () => {
        // The next editor asks again.
      },
    );
    return () => {
      isShown = false;
    };
  }, []);
  return vocabulary;
}

function loadVocabulary(): Promise<Vocabulary> {
  loading ??= call('DescribeLanguage').then(({ Language }) => JSON.parse(Language) as Vocabulary);
  loading.catch(() => {
    loading = null;
  });
  return loading;
}
