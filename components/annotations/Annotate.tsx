'use client'
import { parseAsString, useQueryState } from 'nuqs'
import { Button } from '@/components/ui/button.tsx'
import { later } from '@/components/ui/later.tsx'

const AnnotateDialog = later(() => import('./AnnotateDialog.tsx').then(({ AnnotateDialog }) => AnnotateDialog))

/** Opens the form of an annotation. It is part of the address, `?annotate=TAGS`, so that a bookmark opens it with its tags. */
export function Annotate({ tags = '' }: { tags?: string }) {
  const [given, setGiven] = useQueryState('annotate', parseAsString)
  return (
    <>
      <Button onClick={() => setGiven(tags)}>Annotate…</Button>
      {given !== null && <AnnotateDialog tags={given} onClose={() => setGiven(null)} />}
    </>
  )
}
