import { type Labels, sameLabels } from '../model/series.ts'

/** The series of a poll come together, and repeat each other's labels. */
const KEPT_MOST = 64

/** Label sets that came last: series with equal labels share one object. */
export class LabelSets {
  readonly #kept: Labels[] = []
  #next = 0

  /** The object that stands for these labels. */
  of(labels: Labels): Labels {
    for (const kept of this.#kept) if (kept.target === labels.target && sameLabels(kept, labels)) return kept
    this.#kept[this.#next] = labels
    this.#next = (this.#next + 1) % KEPT_MOST
    return labels
  }
}
