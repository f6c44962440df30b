/** The icons of the types of states, as strokes in a square of 16. */
import type { GraphNode } from './flow-graph.ts';

export const TYPE_SHAPES: Readonly<Record<GraphNode['type'], string>> = {
  Task: 'M2.5 3.5h11v9h-11zM6.8 6v4l3.2-2z',
  Choice: 'M8 1.8 14.2 8 8 14.2 1.8 8zM8 5.4v3.2M8 10.9v.01',
  Switch: 'M8 1.8 14.2 8 8 14.2 1.8 8zM5.6 8h4.8M8 5.6v4.8',
  Parallel: 'M8 2v4M3 14V8.5Q3 6 5.5 6h5Q13 6 13 8.5V14M8 6v8',
  Map: 'M5.5 5.5h8.5v8.5H5.5zM2 10.5V2h8.5',
  Wait: 'M8 1.8a6.2 6.2 0 1 0 .01 0M8 4.6V8l2.4 1.6',
  Pass: 'M2 8h11.5M9.5 4l4 4-4 4',
  Succeed: 'M2.8 8.6 6.3 12l7-7.6',
  Fail: 'M3.8 3.8l8.4 8.4M12.2 3.8l-8.4 8.4',
};

export const CALLBACK_SHAPE = 'M13.5 8a5.5 5.5 0 1 1-2-4.2M13.5 2v3h-3';
