import { expect, test } from 'vitest';
import { splitOrders } from './splitOrders';

const texts = (text: string): string[] => splitOrders(text, 20);

test('orders of one line each, with names and telephone numbers beside the address', () => {
  expect(
    texts(
      '温泉花园3号楼2单元501 李女士 13812345678\n朝阳新苑3号楼1单元602 王先生 13912345678\n东升里24号楼2单元602 17012345678转12',
    ),
  ).toEqual(['温泉花园3号楼2单元501', '朝阳新苑3号楼1单元602', '东升里24号楼2单元602']);
});

test('orders of several lines each, with the name before or after the address', () => {
  const one = '收货人：王小二\n联系电话：13812345678\n收货地址：温泉花园3号楼2单元501\n备注：放门口';
  const other = '收货人：李某\n收货地址：朝阳新苑3号楼602\n备注：不要敲门，2楼';
  expect(texts(`${one}\n\n${other}`)).toEqual(['温泉花园3号楼2单元501', '朝阳新苑3号楼602']);
});

test('a single order gives one address, and a text without an address gives none', () => {
  expect(texts('温泉花园3号楼2单元501')).toEqual(['温泉花园3号楼2单元501']);
  expect(texts('李女士 13812345678\n备注：微辣')).toEqual([]);
  expect(splitOrders('温泉花园3号楼\n朝阳新苑3号楼\n东升里24号楼', 2)).toHaveLength(2);
});
