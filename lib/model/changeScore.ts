import type { ChangeView } from './answers/change.ts'

/** How many measured effects lay inside their predicted band, of those that could be judged. */
export function scoreOf(changes: readonly Pick<ChangeView, 'prediction' | 'measured' | 'verdict'>[]): { inside: number; judged: number } {
  const judged = changes.filter((change) => change.prediction && change.measured && change.verdict && change.verdict !== 'unjudged')
  const inside = judged.filter(({ prediction, measured }) => measured!.after >= prediction!.low && measured!.after <= prediction!.high)
  return { inside: inside.length, judged: judged.length }
}
