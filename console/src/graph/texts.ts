/** Texts of the graph. */
import { defineTexts, language } from '../texts/texts.ts';
import type { GraphEdge, GraphNode, GraphScope } from './flow-graph.ts';

export const graphTexts = defineTexts({
  en: {
    graph: 'Graph of the flow',
    help: 'Arrow keys follow the ways, Enter selects, Space opens or closes.',
    zoomIn: 'Zoom in',
    zoomOut: 'Zoom out',
    fit: 'Show the whole graph',
    openAll: 'Open all',
    closeAll: 'Close all',
    end: 'End',
    otherwise: 'Default',
    branch: (number: string) => `Branch ${number}`,
    inside: (count: string) => `${count} inside`,
    attempt: (number: string) => `attempt ${number}`,
    times: (count: string) => `${count} times`,
    closed: 'closed',
    leadsTo: (name: string) => `Leads to ${name}`,
    tooLarge: (count: string) => `This flow has ${count} states, more than a graph can show. The text has them all.`,
    failed: 'The graph could not be laid out. Load the page again; the text and all else work without it.',
    Task: 'Task',
    Choice: 'Choice',
    Switch: 'Choice',
    Parallel: 'Parallel',
    Map: 'Map',
    Wait: 'Wait',
    Pass: 'Pass',
    Succeed: 'Succeed',
    Fail: 'Fail',
  },
  zh: {
    graph: '流程图',
    help: '方向键沿连线移动，Enter 选中，空格展开或折叠。',
    zoomIn: '放大',
    zoomOut: '缩小',
    fit: '显示整个流程图',
    openAll: '全部展开',
    closeAll: '全部折叠',
    end: '结束',
    otherwise: '默认',
    branch: (number: string) => `分支 ${number}`,
    inside: (count: string) => `内含 ${count} 个状态`,
    attempt: (number: string) => `第 ${number} 次尝试`,
    times: (count: string) => `执行 ${count} 次`,
    closed: '已折叠',
    leadsTo: (name: string) => `转到 ${name}`,
    tooLarge: (count: string) => `此流程有 ${count} 个状态，超出流程图可显示的数量。全部状态见定义文本。`,
    failed: '无法绘制流程图。请重新加载页面；定义文本等其他功能不受影响。',
    Task: '任务',
    Choice: '选择',
    Switch: '选择',
    Parallel: '并行',
    Map: '迭代',
    Wait: '等待',
    Pass: '传递',
    Succeed: '成功',
    Fail: '失败',
  },
});

/** The line below the name of a state. The server sends it in English, and its parts for other languages. */
export function summaryOf({ type, summary, value, mode }: GraphNode): string {
  if (language.value === 'en' || value === '') return summary;
  switch (type) {
    case 'Choice':
    case 'Switch':
      return `${value} 个条件`;
    case 'Parallel':
      return `${value} 个分支`;
    case 'Map':
      return `遍历 ${value}`;
    case 'Task':
      return mode === undefined || mode === 'RequestComplete' ? value : `${value}，等待回调`;
    default:
      return value;
  }
}

/** The words on a way: a condition, the caught errors, or that it is the default. */
export function edgeWords({ kind, label }: GraphEdge): string {
  return kind === 'default' ? graphTexts().otherwise : label;
}

/** The name above a scope. */
export function scopeTitle({ kind, label, position }: GraphScope): string {
  if (label !== '') return label;
  const t = graphTexts();
  if (kind === 'case') return t.otherwise;
  return kind === 'branch' ? t.branch(String(position)) : '';
}
