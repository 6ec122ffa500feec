import { evenkeelCall } from '../../exporters/evenkeelCall.ts'
import type { CodeView, SnippetView } from '../../model/answers/code.ts'
import type { AnyCodeWriter, Snippet } from '../../model/code.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Step } from '../../model/proposal.ts'
import type { Owned } from '../../model/repository.ts'
import { serverOf } from '../../model/setting.ts'
import { codeWriters } from '../../products/codeWriters.ts'
import { patchOf, planCommit } from '../../repository/plan.ts'
import type { Runtime } from '../runtime.ts'

/** A proposal as code: what it would do. */
export async function proposalCode(runtime: Runtime, id: string): Promise<CodeView> {
  const proposal = runtime.store.proposals.get(id)
  if (!proposal) throw new EvenkeelError('not_found', 'There is no proposal of that id.')
  return codeOf(runtime, proposal.steps, proposal.because)
}

/** A change as code: what it did, so that the repository says the same. */
export async function changeCode(runtime: Runtime, id: string): Promise<CodeView> {
  const change = runtime.store.changes.get(id)
  if (!change) throw new EvenkeelError('not_found', 'There is no change of that id.')
  return codeOf(runtime, change.steps, change.because)
}

/** What somebody has in mind as code, of settings too that Evenkeel itself does not write. Nothing is asked of a server. */
export async function stepsCode(runtime: Runtime, steps: readonly { setting: Step['setting']; after: string }[]): Promise<CodeView> {
  const { pools } = runtime.engine.topology()
  const whole = steps.map(({ setting, after }): Step => {
    const found = serverOf(setting, pools)
    const before = found?.what === 'weight' ? String(found.server.weightSet) : found?.what === 'state' ? found.server.state : ''
    return { setting, before, after }
  })
  const { items, missing } = await codeOf(runtime, whole, '')
  return { items: items.filter(({ form }) => form !== 'evenkeel'), missing }
}

async function codeOf(runtime: Runtime, steps: readonly Step[], because: string): Promise<CodeView> {
  const items: SnippetView[] = []
  const missing: string[] = []
  for (const [target, own] of Map.groupBy(steps, ({ setting }) => setting.target)) {
    const found = snippetsOf(runtime, target, own)
    if (typeof found === 'string') missing.push(found)
    else items.push(...found.map((snippet) => ({ target, ...snippet })))
    const patch = await patchFor(runtime, target, own)
    if (typeof patch === 'string') missing.push(patch)
    else if (patch) items.unshift({ target, ...patch })
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

/** The same as a patch of a file in its repository, or why there is none; null where none is configured. */
async function patchFor(runtime: Runtime, target: string, steps: readonly Step[]): Promise<Snippet | string | null> {
  const known = runtime.engine.targetConfig(target)
  const { repository } = (known?.config ?? {}) as Owned
  if (!known || !repository) return null
  try {
    const edits = steps.map(({ setting, before, after }) => ({ name: setting.name, expect: before, value: after }))
    const change = { target, edits, editor: writerOf(known.kind)?.file, files: repository.files }
    const same = (_: string, name: string, a: string, b: string) => runtime.changes.same({ target, name }, a, b)
    const plan = await planCommit(repository, [change], same)
    return {
      form: 'patch',
      title: `Patch against ${plan.base}`,
      language: 'diff',
      text: patchOf(plan),
      notes: ['`git apply --unidiff-zero`: it has no lines of context, because other lines of a file may hold secrets.'],
    }
  } catch (error) {
    if (error instanceof EvenkeelError) return `No patch for ${target}: ${error.message}.`
    throw error
  }
}

const writerOf = (kind: string): AnyCodeWriter | undefined => codeWriters.find((writer) => writer.kind === kind)
