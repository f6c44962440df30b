/** Texts of the list of flows. */
import { defineTexts } from '../../texts/texts.ts';

export const flowsTexts = defineTexts({
  en: {
    title: 'Flows',
    create: 'New flow',
    search: 'Search by name',
    clear: 'Clear the search',
    name: 'Name',
    mode: 'Mode',
    last: 'Last executions, newest right',
    success: 'Succeeded',
    durations: 'p50 · p95',
    durationsHelp:
      'Half of the ended executions took at most p50, 95 of 100 at most p95. Counted since the time that the row names.',
    running: 'Running',
    modified: 'Changed',
    statemachine: 'State machine',
    classic: 'Classic',
    of: (succeeded: number, ended: number) => `${succeeded.toLocaleString('en')} of ${ended.toLocaleString('en')}`,
    since: (time: string) => `Since ${time}`,
    mark: (status: string, time: string, duration: string, name: string) =>
      `${status} · ${time}${duration === '' ? '' : ` · ${duration}`} · ${name}`,
    noMarks: 'No execution yet',
    none: 'There are no flows yet',
    noneHelp:
      'A flow is a workflow under a name: states that call services, wait, decide and repeat. Begin with one that works and change it.',
    fromExample: 'Create from an example',
    nothingFound: (text: string) => `No flow has “${text}” in its name`,
    nextRow: 'Next flow; Enter opens it',
    previousRow: 'Previous flow',
    notLive:
      'The list does not follow changes, because the server refused the stream. Load the page again to see the newest state.',
  },
  zh: {
    title: '流程',
    create: '创建流程',
    search: '按名称搜索',
    clear: '清除搜索',
    name: '名称',
    mode: '模式',
    last: '最近的执行（最新的在右侧）',
    success: '成功率',
    durations: 'p50 · p95',
    durationsHelp: '一半已结束的执行耗时不超过 p50，95% 不超过 p95，自该行所示时间起统计。',
    running: '运行中',
    modified: '更新时间',
    statemachine: '状态机',
    classic: '经典语言',
    of: (succeeded: number, ended: number) => `${succeeded.toLocaleString('zh-CN')} / ${ended.toLocaleString('zh-CN')}`,
    since: (time: string) => `自 ${time} 起`,
    mark: (status: string, time: string, duration: string, name: string) =>
      `${status} · ${time}${duration === '' ? '' : ` · ${duration}`} · ${name}`,
    noMarks: '还没有执行',
    none: '还没有流程',
    noneHelp:
      '流程是一个有名称的工作流：由调用服务、等待、判断和循环的状态组成。可以先从一个能运行的示例开始，再修改它。',
    fromExample: '从示例创建',
    nothingFound: (text: string) => `没有名称包含“${text}”的流程`,
    nextRow: '下一个流程（按 Enter 打开）',
    previousRow: '上一个流程',
    notLive: '服务器拒绝了变更流，列表不会自动更新。请重新加载页面以查看最新状态。',
  },
});
