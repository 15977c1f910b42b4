// The names of the roles in both languages.
import type { Bilingual } from './lang';

export const roles: Record<string, Bilingual> = {
  public: { zh: '公众', en: 'public' },
  rider: { zh: '骑手', en: 'rider' },
  unit: { zh: '成员单位', en: 'member unit' },
  grid_worker: { zh: '网格员', en: 'grid worker' },
  officer: { zh: '值班员', en: 'duty officer' },
  planner: { zh: '规划员', en: 'planner' },
  steward: { zh: '地图管理员', en: 'map steward' },
  admin: { zh: '系统管理员', en: 'administrator' },
};
