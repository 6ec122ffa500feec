/** Whether two values of plain data (what JSON can hold, and undefined) are the same. Told as soon as they differ. */
export function sameData(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false
  if (Array.isArray(one)) return Array.isArray(other) && one.length === other.length && one.every((item, i) => sameData(item, other[i]))
  if (Array.isArray(other) || Object.getPrototypeOf(one) !== Object.getPrototypeOf(other)) return false
  let more = 0
  for (const name in one) {
    if (!sameData(one[name as keyof typeof one], other[name as keyof typeof other]) || !(name in other)) return false
    more++
  }
  for (const _ in other) more--
  return more === 0
}
