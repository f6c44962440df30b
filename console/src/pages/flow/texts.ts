/** Texts of the page of a flow: its head, its tabs, its deletion. */
import { defineTexts } from '../../texts/texts.ts';

export const flowTexts = defineTexts({
  en: {
    flows: 'Flows',
    tabs: 'Parts of the flow',
    definition: 'Definition',
    executions: 'Executions',
    versions: 'Versions and aliases',
    schedules: 'Schedules',
    settings: 'Settings',
    run: 'Run',
    runAbout: 'Run the flow',
    delete: 'Delete',
    statemachine: 'State machine',
    classic: 'Classic',
    missing: (name: string) => `There is no flow “${name}”`,
    missingHelp: 'It may have been deleted, or the address may be wrong. Names are case-sensitive.',
    toList: 'Go to the flows',
    gone: 'This flow was deleted meanwhile',
    goneHelp:
      'Nothing can be run or changed here any more. The page shows the text that it had, so that you can copy it or create a flow with it.',
    copyDefinition: 'Copy the definition',
    createAgain: 'Create a flow with it',
    replaced: 'This flow was deleted and created again meanwhile. The page shows the new one.',
    deleteTitle: (name: string) => `Delete the flow “${name}”?`,
    deleteAbout: 'This cannot be undone. With the flow go:',
    deleteRunning: (count: string, plain: number) =>
      plain === 0
        ? 'no running execution'
        : plain === 1
          ? '1 running execution: it stops after the state it is in, or at once if it only waits for a report, a retry or a child'
          : `${count} running executions: each stops after the state it is in, or at once if it only waits for a report, a retry or a child`,
    deleteHistories: 'all its executions with their histories, inputs and outputs, which can no longer be read',
    deleteVersions: (count: string, plain: number) => (plain === 1 ? '1 version' : `${count} versions`),
    deleteAliases: (count: string, plain: number) => (plain === 1 ? '1 alias' : `${count} aliases`),
    deleteSchedules: (count: string, plain: number) =>
      plain === 1 ? '1 schedule, which starts nothing any more' : `${count} schedules, which start nothing any more`,
    deleteUnknown: 'its versions, aliases and schedules',
    deleteCallers: 'Flows and programs that start it get the error FlowNotExists.',
    deleteConfirm: 'To confirm, type the name of the flow',
    deleted: (name: string) => `The flow “${name}” was deleted.`,
  },
  zh: {
    flows: '流程',
    tabs: '流程的各部分',
    definition: '定义',
    executions: '执行',
    versions: '版本与别名',
    schedules: '定时调度',
    settings: '设置',
    run: '执行',
    runAbout: '执行该流程',
    delete: '删除',
    statemachine: '状态机',
    classic: '经典语言',
    missing: (name: string) => `没有名为“${name}”的流程`,
    missingHelp: '它可能已被删除，或者地址有误。名称区分大小写。',
    toList: '前往流程列表',
    gone: '该流程已被删除',
    goneHelp: '在这里已无法执行或修改它。页面保留了原来的内容，您可以复制，或用它重新创建流程。',
    copyDefinition: '复制定义',
    createAgain: '用它创建流程',
    replaced: '该流程已被删除并重新创建，页面显示的是新的流程。',
    deleteTitle: (name: string) => `删除流程“${name}”？`,
    deleteAbout: '此操作无法撤销。以下内容会随流程一起删除：',
    deleteRunning: (count: string, plain: number) =>
      plain === 0
        ? '没有运行中的执行'
        : `${count} 个运行中的执行：每个执行在当前状态结束后停止；如果只是在等待回调、重试或子流程，则立即停止`,
    deleteHistories: '全部执行及其历史、输入和输出，删除后无法再读取',
    deleteVersions: (count: string) => `${count} 个版本`,
    deleteAliases: (count: string) => `${count} 个别名`,
    deleteSchedules: (count: string) => `${count} 个定时调度，不再触发执行`,
    deleteUnknown: '其版本、别名和定时调度',
    deleteCallers: '启动该流程的其他流程和程序会收到错误 FlowNotExists。',
    deleteConfirm: '请输入流程名称以确认',
    deleted: (name: string) => `流程“${name}”已删除。`,
  },
});
