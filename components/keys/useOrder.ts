'use client'
import { parseAsString, useQueryState } from 'nuqs'
import type { Order } from '@/components/ui/sort.ts'

/** A table's order in the URL: `count` for largest first, `-count` turned round. */
export function useOrder(name: string, byDefault: string): [Order, (order: Order) => void] {
  const [text, setText] = useQueryState(name, parseAsString.withDefault(byDefault).withOptions({ scroll: false }))
  const down = !text.startsWith('-')
  return [{ by: down ? text : text.slice(1), down }, ({ by, down }) => void setText(down ? by : `-${by}`)]
}
