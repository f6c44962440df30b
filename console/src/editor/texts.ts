/** Texts of the editor. */
import { defineTexts } from '../texts/texts.ts';

export const editorTexts = defineTexts({
  en: {
    definition: 'Definition',
    leave: 'Tab indents. To leave the editor, press Escape and then Tab.',
    use: (word: string) => `Use ${word}`,
    values: 'Values',
    parameters: 'Parameters',
    modes: 'Modes',
    result: 'Result',
    notLoaded: 'The editor did not load; this field works without its help.',
    diffNotLoaded: 'The comparison of the two texts did not load. The server may be restarting.',
    retry: 'Load the editor again',
    before: 'Before',
    after: 'After',
    same: 'The two texts are the same.',
  },
  zh: {
    definition: '流程定义',
    leave: 'Tab 键用于缩进。要离开编辑器，请先按 Escape 再按 Tab。',
    use: (word: string) => `改为 ${word}`,
    values: '可选值',
    parameters: '参数',
    modes: '模式',
    result: '结果',
    notLoaded: '编辑器未能加载；仍可在此文本框中编辑，但没有辅助功能。',
    diffNotLoaded: '两份文本的对比未能加载。服务器可能正在重启。',
    retry: '重新加载编辑器',
    before: '修改前',
    after: '修改后',
    same: '两份文本相同。',
  },
});
