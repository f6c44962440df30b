/** The console: what a browser loads. */
import { render } from 'preact';
import './app/rendering.ts';
import { App } from './shell/app.tsx';

const root = document.getElementById('app');
if (root !== null) render(<App />, root);
