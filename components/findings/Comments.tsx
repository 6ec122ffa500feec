import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { Moment } from '@/components/frame/Ago.tsx'
import { errorText, post } from '@/components/frame/api.ts'
import { noOperatorBecause } from '@/components/frame/noChange.ts'
import { useApi } from '@/components/frame/useApi.ts'
import { Button } from '@/components/ui/button.tsx'
import { Input } from '@/components/ui/field.tsx'
import { toast } from '@/components/ui/toast.tsx'
import { safe } from '@/lib/format/format.ts'
import type { FindingView } from '@/lib/model/answers/finding.ts'
import type { FrameView } from '@/lib/model/answers/frame.ts'
import type { Labels } from '@/lib/model/series.ts'

/** What people wrote about something, and a line for the next one. `of`: its path in the API; `labels`: by which a role on it may be held. */
export function Comments({ comments, of, labels }: { comments: FindingView['comments']; of: string; labels: Labels | undefined }) {
  const client = useQueryClient()
  const { data: frame } = useApi<FrameView>(['frame'], 'frame')
  const [text, setText] = useState('')
  const write = useMutation({
    mutationFn: () => post(`${of}/comments`, { text: text.trim() }),
    onSuccess: () => {
      setText('')
      for (const key of ['findings', 'incidents']) void client.invalidateQueries({ queryKey: [key] })
    },
    onError: (failure) => toast.error('No comment written', { description: errorText(failure) }),
  })
  const because = noOperatorBecause(frame, labels) ?? (!text.trim() && 'Write something')
  return (
    <section>
      <h3 className="mb-2 font-medium text-base">Comments</h3>
      {comments.length > 0 && (
        <ul className="mb-2 border-line border-t">
          {comments.map((comment, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: comments have no names and never move
            <li key={at} className="border-line border-b py-1.5 text-sm">
              <span className="mr-2 text-dim text-xs">
                {safe(comment.by, 60)}, <Moment at={comment.at} />
              </span>
              <span className="[overflow-wrap:anywhere]">{safe(comment.text, 2_000)}</span>
            </li>
          ))}
        </ul>
      )}
      <form
        className="flex gap-2"
        onSubmit={(event) => {
          event.preventDefault()
          if (!because) write.mutate()
        }}
      >
        <Input aria-label="Comment" value={text} maxLength={2_000} onChange={(event) => setText(event.target.value)} className="flex-1" />
        <Button type="submit" busy={write.isPending} disabledBecause={because}>
          Comment
        </Button>
      </form>
    </section>
  )
}
