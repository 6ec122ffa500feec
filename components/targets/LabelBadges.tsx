'use client'
import { Go } from '@/components/frame/Go.tsx'
import { Badge } from '@/components/ui/badge.tsx'
import { safe } from '@/lib/format/format.ts'
import type { Labels } from '@/lib/model/series.ts'

/** The labels of a target, each a link to the targets that have it too. */
export function LabelBadges({ labels = {} }: { labels?: Labels | undefined }) {
  return Object.entries(labels).map(([name, value]) => (
    <Go key={name} href={`/targets?scope=${encodeURIComponent(scopeOf(name, value))}`} className="mr-1 hover:underline">
      <Badge title={`The targets with ${name}=${safe(value, 100)}`}>
        {name}={safe(value, 40)}
      </Badge>
    </Go>
  ))
}

/** The scope that lists are narrowed by to what has a label. */
const scopeOf = (name: string, value: string): string => `${name}=${/\s/.test(value) ? `"${value}"` : value}`
