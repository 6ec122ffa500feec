'use client'
import { Go, linkLook } from '@/components/frame/Go.tsx'
import { safe } from '@/lib/format/format.ts'

/** A target's name, as a link to its page. */
export const TargetLink = ({ name }: { name: string }) => (
  <Go href={`/targets/${encodeURIComponent(name)}`} className={linkLook}>
    {safe(name, 60)}
  </Go>
)
