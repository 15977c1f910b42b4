// The few rules that the field's forms go by, kept on the phone for where there is no network. The server has the
// last word.
import { onMounted, ref, type Ref } from 'vue';
import { json } from '@/core/api/client';
import type { RuleCategory } from '@/core/ledger/types';
import { shelf } from '@/core/offline/shelf';

export interface FieldRules {
  /** Categories whose handling needs a photo. */
  photo: string[];
  /** Within this distance one is at the place; metres. */
  verify_m: number;
}

interface Kept {
  id: 'rules';
  rules: FieldRules;
}

/** What was known last, then what the server says. */
export function useFieldRules(): Ref<FieldRules> {
  const rules = ref<FieldRules>({ photo: [], verify_m: 50 });
  onMounted(async () => {
    const kept = await shelf();
    rules.value = (await kept.get<Kept>('kept', 'rules'))?.rules ?? rules.value;
    try {
      const told = await json<{ categories: RuleCategory[]; verify?: { distance_m?: number } }>('/api/rules');
      const now: FieldRules = { photo: told.categories.filter((c) => c.photo).map((c) => c.id), verify_m: told.verify?.distance_m ?? 50 };
      rules.value = now;
      await kept.put('kept', { id: 'rules', rules: now } as Kept);
    } catch {
      // What was known holds.
    }
  });
  return rules;
}
