import type { ClockStep } from '../model/clock.ts'
import { duration } from './format.ts'

/** What happened to the clock, as a sentence without its full stop: "The clock of Evenkeel’s machine was set back by 1 h". */
export const clockStepText = ({ byMs }: Pick<ClockStep, 'byMs'>): string =>
  `The clock of Evenkeel’s machine was set ${byMs < 0 ? 'back' : 'ahead'} by ${duration(Math.abs(byMs))}`
