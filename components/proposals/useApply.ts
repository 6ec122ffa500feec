'use client'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { errorText, Problem, path, post } from '@/components/frame/api.ts'
import { toast } from '@/components/ui/toast.tsx'

/** What a refusal means for the person who pressed; the server's own sentence stands below it. */
const REFUSED: Partial<Record<Problem['code'], string>> = {
  drift: 'Somebody changed a value since: nothing was written',
  stale: 'A newer proposal took its place: nothing was written',
  busy: 'Another change is under watch here: nothing was written',
  not_followed: 'Too few followers: nothing was written',
  read_only: 'Nothing is written in observe mode',
  unavailable: 'It could not be written down: nothing was written',
  forbidden: 'Your role may not apply',
}

/** The mutation that applies a proposal and invalidates the queries that it affects. A refusal shows the server's own text. */
export function useApply(proposal: string, onApplied?: (change: string) => void) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (group: boolean = false) => post<{ change: string }>(path`proposals/${proposal}/apply`, group ? { group } : {}),
    onSuccess: ({ change }) => onApplied?.(change),
    onError: (error) => toast.error((error instanceof Problem && REFUSED[error.code]) || 'Not applied', { description: errorText(error) }),
    onSettled: () => {
      for (const key of ['proposals', 'changes', 'findings', 'overview', 'pools', 'rings', 'ttls'])
        void client.invalidateQueries({ queryKey: [key] })
    },
  })
}
