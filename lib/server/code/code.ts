import { evenkeelCall } from '../../exporters/evenkeelCall.ts'
import type { CodeView, SnippetView } from '../../model/answers/code.ts'
import type { AnyCodeWriter, Snippet } from '../../model/code.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Step } from '../../model/proposal.ts'
import { codeWriters } from '../../products/codeWriters.ts'
import type { Runtime } from '../runtime.ts'

/** A proposal as code: what it would do. */
export function proposalCode(runtime: Runtime, id: string): CodeView {
  const proposal = runtime.store.proposals.get(id)
  if (!proposal) throw new EvenkeelError('not_found', 'There is no proposal of that id.')
  return codeOf(runtime, proposal.steps, proposal.because)
}

/** A change as code: what it did, so that the repository says the same. */
export function changeCode(runtime: Runtime, id: string): CodeView {
  const change = runtime.store.changes.get(id)
  if (!change) throw new EvenkeelError('not_found', 'There is no change of that id.')
  return codeOf(runtime, change.steps, change.because)
}

function codeOf(runtime: Runtime, steps: readonly Step[], because: string): CodeView {
  const items: SnippetView[] = []
  const missing: string[] = []
  for (const [target, own] of Map.groupBy(steps, ({ setting }) => setting.target)) {
    const found = snippetsOf(runtime, target, own)
    if (typeof found === 'string') missing.push(found)
    else items.push(...found.map((snippet) => ({ target, ...snippet })))
  }
  return { items: [...items, { target: null, ...evenkeelCall(runtime.config.url, steps, because) }], missing }
}

/** What its product makes of it, or why nothing. */
function snippetsOf(runtime: Runtime, target: string, steps: readonly Step[]): Snippet[] | string {
  const known = runtime.engine.targetConfig(target)
  if (!known) return `${target} is not configured any more.`
  const writer = writerOf(known.kind)
  if (!writer) return `Nothing writes settings of ${target} as code: its product has no file or command of its own.`
  try {
    const edits = steps.map(({ setting, before, after }) => ({ name: setting.name, expect: before, value: after }))
    const snippets = writer.snippets(known.config, edits)
    return snippets.length > 0 ? snippets : `What is set on ${target} stands in no file and has no command of a provider.`
  } catch (error) {
    if (error instanceof EvenkeelError) return `${target}: ${error.message}`
    throw error
  }
}

const writerOf = (kind: string): AnyCodeWriter | undefined => codeWriters.find((writer) => writer.kind === kind)
