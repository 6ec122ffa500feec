import type { Step } from './proposal.ts'
import { type SettingText, settingKey } from './setting.ts'

/** A weight on its way up: what it was, and what it holds stage by stage; the last value is where it is to stay. */
export type Rise = { setting: SettingText; before: string; values: string[] }

/** Servers that come back into their pool get their weight in stages, all of them in step. */
export type SlowStart = {
  rises: Rise[]
  /** The stage that stands on the servers, from 0. */
  stage: number
  /** The stage whose write is under way: what a crash leaves is that one or `stage`. */
  writing?: number
  everyMs: number
  /** Epoch ms of the next stage, unless something holds it; absent until the first one stands. */
  nextAt?: number
  /** Epoch ms at which the last stage stood. */
  doneAt?: number
}

/** A step as a server may hold it. `orElse`: another value of the change's own, while it is not known which of the two was written last. */
export type HeldStep = Step & { orElse?: string }

export const lastStage = ({ rises }: SlowStart) => rises[0]!.values.length - 1

/** Whether some server does not have its whole weight yet. */
export const isRising = ({ slowStart }: { slowStart?: SlowStart }) => slowStart !== undefined && slowStart.doneAt === undefined

/**
 * What the servers hold of a change now. While weights rise they stand first, in the place of the change's own steps on them: `steps` itself
 * says what was asked for.
 */
export function heldSteps({ steps, slowStart, job }: { steps: readonly Step[]; slowStart?: SlowStart; job?: string }): HeldStep[] {
  // Long work keeps its own undo, item by item.
  if (job !== undefined) return []
  if (!slowStart || slowStart.doneAt !== undefined) return [...steps]
  const { rises, stage, writing } = slowStart
  const rising = (step: Step) => rises.some(({ setting }) => settingKey(setting) === settingKey(step.setting))
  return [
    ...rises.map(({ setting, before, values }): HeldStep => {
      if (writing === undefined) return { setting, before, after: values[stage]! }
      return { setting, before, after: values[writing]!, orElse: values[stage]! }
    }),
    ...steps.filter((step) => !rising(step)),
  ]
}

/** As it stands after the clock was set by so many ms. */
export const slowStartMoved = (slowStart: SlowStart, byMs: number): SlowStart => ({
  ...slowStart,
  ...(slowStart.nextAt !== undefined && { nextAt: slowStart.nextAt + byMs }),
  ...(slowStart.doneAt !== undefined && { doneAt: slowStart.doneAt + byMs }),
})

/** The edits between two stages. */
export const stepsBetween = ({ rises }: SlowStart, from: number, to: number): Step[] =>
  rises.map(({ setting, values }) => ({ setting, before: values[from]!, after: values[to]! }))
