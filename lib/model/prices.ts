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

export const pricesOf = (list: PriceList | undefined, target: string): Prices => {
  if (!list) return {}
  const { targets, ...all } = list
  return { ...all, ...(Object.hasOwn(targets, target) ? targets[target] : {}) }
}
