import type { Step } from '../model/proposal.ts'
import type { Labels } from '../model/series.ts'
import { matchesLabels } from '../model/targetLabels.ts'

/** Whether all that the steps write to has the labels of a policy: what also writes to targets of another team is not its. */
export const isCovered = (where: Labels, steps: readonly Step[], labelsOf: (target: string) => Labels | undefined): boolean =>
  steps.every(({ setting }) => matchesLabels(where, labelsOf(setting.target)))
