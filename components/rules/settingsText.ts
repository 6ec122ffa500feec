import type { RuleView } from '@/lib/model/answers/rule.ts'

/** The rule's lines for evenkeel.yaml, with what was set marked. */
export function settingsText(rule: Pick<RuleView, 'id' | 'settings' | 'defaults'>): string {
  const lines = Object.entries(rule.settings).map(([name, value]) => {
    const set = JSON.stringify(value) !== JSON.stringify(rule.defaults[name])
    return `    ${name}: ${JSON.stringify(value)}${set ? `   # default ${JSON.stringify(rule.defaults[name])}` : ''}`
  })
  return ['rules:', `  ${rule.id}:`, ...lines].join('\n')
}
