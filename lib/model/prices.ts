/** What memory and reads of the origin cost, as the configuration says it. What is absent is not known, and nothing is said of it. */
export type Prices = {
  /** Of one GiB of memory, a month. */
  gibMonth?: number
  /** Of one read of the origin. */
  originRead?: number
  /** How long one takes, where that is not measured. */
  originLatencyMs?: number
  /** As it stands behind each amount. */
  currency?: string
}

/** Prices of all targets, and those of single ones that are others. */
export type PriceList = Prices & { targets: Readonly<Record<string, Omit<Prices, 'currency'>>> }

const GIB = 2 ** 30
/** A twelfth of a year of 365.2425 days. */
const MONTH_SECONDS = 2_629_746

/** What so many bytes cost a month; null where their price is not known. */
export const memoryCost = (bytes: number, { gibMonth }: Prices): number | null => (gibMonth === undefined ? null : (bytes / GIB) * gibMonth)

/** What so many reads of the origin a second cost a month; null where their price is not known. */
export const readsCost = (perSecond: number, { originRead }: Prices): number | null =>
  originRead === undefined ? null : perSecond * MONTH_SECONDS * originRead

export const pricesOf = (list: PriceList | undefined, target: string): Prices => {
  if (!list) return {}
  const { targets, ...all } = list
  return { ...all, ...(Object.hasOwn(targets, target) ? targets[target] : {}) }
}

/** Whether both are known, so that memory can be weighed against reads of the origin. */
export const isPriced = ({ gibMonth, originRead }: Prices) => gibMonth !== undefined && originRead !== undefined
