import { EvenkeelError } from '../../model/error.ts'

/** Whether HAProxy reads a line: `perhaps` where that depends on what only its process knows (its environment, features, version). */
type Certainty = 'yes' | 'no' | 'perhaps'

/**
 * One `.if … .elif … .else … .endif`: the branch that the present line is in, whether it runs, whether an earlier one of the block perhaps did, and
 * whether one is met for certain, so that no later one runs.
 */
type Block = { branch: number; runs: Certainty; perhaps: boolean; over: boolean }

/** HAProxy refuses a file with more (`MAXNESTEDCONDS` in its cfgcond-t.h). */
const NESTED_MAX = 100

const CONSTANTS: Record<string, Certainty> = { '': 'no', '0': 'no', false: 'no', '1': 'yes', true: 'yes' }

/** Conditional blocks of a configuration (HAProxy's configuration manual, section 2.4), of which only constant conditions are decided here. */
export class Conditions {
  readonly #blocks: Block[] = []
  #branches = 0

  /** Takes a line whose first word begins with a dot. */
  read(keyword: string, condition: readonly string[]): void {
    const met = keyword === '.else' ? 'yes' : (CONSTANTS[condition.join(' ')] ?? 'perhaps')
    const block = this.#blocks.at(-1)
    if (keyword === '.if' && this.#blocks.length >= NESTED_MAX)
      throw new EvenkeelError('malformed', `haproxy.cfg is to have at most ${NESTED_MAX} \`.if\` within each other`)
    if (keyword === '.if') this.#blocks.push({ branch: ++this.#branches, runs: met, perhaps: false, over: met === 'yes' })
    else if (keyword === '.endif') this.#blocks.pop()
    else if (block && (keyword === '.elif' || keyword === '.else')) {
      const perhaps = block.perhaps || block.runs === 'perhaps'
      const runs = block.over ? 'no' : perhaps && met === 'yes' ? 'perhaps' : met
      Object.assign(block, { branch: ++this.#branches, runs, perhaps, over: block.over || met === 'yes' })
    }
  }

  /** Whether the present line may be read at all. */
  get mayRun(): boolean {
    return this.#blocks.every(({ runs }) => runs !== 'no')
  }

  /** The undecidable branches around the present line, the outermost first: lines in the same branches are read together or not at all. */
  get undecided(): readonly number[] {
    return this.#blocks.flatMap(({ runs, branch }) => (runs === 'perhaps' ? [branch] : []))
  }
}

/** Whether a line in `inner` is always read when one in `outer` is, and the other way round. */
export const sameBranch = (inner: readonly number[], outer: readonly number[]): boolean =>
  inner.length === outer.length && inner.every((branch, i) => branch === outer[i])

/** Whether a line in `inner` is read only where one in `outer` is read too. */
export const isWithin = (inner: readonly number[], outer: readonly number[]): boolean => outer.every((branch, i) => branch === inner[i])
