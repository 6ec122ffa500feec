import { useMutation, useQueryClient } from '@tanstack/react-query'
import { errorText, path, remove } from '@/components/frame/api.ts'
import { toast } from '@/components/ui/toast.tsx'

/** Ends a silence. */
export function useEndSilence() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) => remove(path`silences/${id}`),
    onError: (error) => toast.error('The silence stays', { description: errorText(error) }),
    onSettled: () => {
      for (const key of ['silences', 'findings']) void client.invalidateQueries({ queryKey: [key] })
    },
  })
}
