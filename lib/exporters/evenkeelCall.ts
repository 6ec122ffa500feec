import { shellLine } from '../format/shell.ts'
import type { Snippet } from '../model/code.ts'
import type { Step } from '../model/proposal.ts'

/** The call of Evenkeel's own API that makes this change, with its watch and its roll-back. */
export function evenkeelCall(url: string, steps: readonly Step[], because: string): Snippet {
  const body = JSON.stringify({ steps: steps.map(({ setting, after }) => ({ setting, after })), because })
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's.
  const header = '"Authorization: Bearer ${EVENKEEL_TOKEN:?a token of the role operator}"'
  const words = ['curl', '--fail-with-body', '--silent', '--show-error', `${url.replace(/\/$/, '')}/api/v1/changes`]
  return {
    form: 'evenkeel',
    title: "Evenkeel's API",
    language: 'shell',
    text: `${shellLine(words)} \\\n  --header 'Content-Type: application/json' \\\n  --header ${header} \\\n  --data ${shellLine([body])}`,
    notes: ['It is watched and rolled back as a change of your own. With `auth: none` the token is not needed.'],
  }
}
