import { EvenkeelError } from '../model/error.ts'
import type { RingSpec } from '../model/ring.ts'
import { parseSpec } from '../rings/spec.ts'

/** What is wrong with a spec, and which field says so: a node's, an option, or the ring as a whole. */
export type SpecProblem = { node: number | null; field: string | null; because: string }

/** The first thing that is wrong, or null. */
export function problemOf(spec: RingSpec): SpecProblem | null {
  try {
    parseSpec(spec)
    return null
  } catch (error) {
    if (!(error instanceof EvenkeelError)) throw error
    const [, path = '', because = error.message] = /^spec((?:\.\w+|\[\d+\])*): (.*)$/s.exec(error.message) ?? []
    const [, node, field = null] = /^\.nodes\[(\d+)\](?:\.(\w+))?/.exec(path) ?? []
    if (node !== undefined) return { node: Number(node), field, because }
    return { node: null, field: /^\.options\.(\w+)/.exec(path)?.[1] ?? null, because }
  }
}
