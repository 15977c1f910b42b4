import { expect, test } from 'vitest';
import { addressOf } from './order';

test.each([
  // The example from the issue.
  ['天津市北辰区果园新村街道温泉花园3号楼2单元501 李女士 13812345678', '天津市北辰区果园新村街道温泉花园3号楼2单元501'],
  ['温泉花园3号楼2单元501李女士13812345678', '温泉花园3号楼2单元501'],
  ['温泉花园3号楼2单元李小明先生 138-1234-5678', '温泉花园3号楼2单元'],
  ['张伟 13812345678 天津市北辰区温泉花园3号楼2单元501室', '天津市北辰区温泉花园3号楼2单元501室'],
  ['13812345678，张园，温泉花园3号楼', '温泉花园3号楼'],
  ['温泉花园3号楼501 欧阳娜娜 138****5678', '温泉花园3号楼501'],
  ['温泉花园3-2-501张三17012345678转1234', '温泉花园3-2-501'],
  [
    '收货人：王小二\n联系电话：022-26390000 转 12\n收货地址：温泉花园 3号楼 2单元 501\n备注：放门口，不要敲门',
    '温泉花园 3号楼 2单元 501',
  ],
  ['【预订单】#12\n温泉花园3号楼（2单元501）\n李(女士) 手机尾号5678\n合计 ￥25.80', '温泉花园3号楼 2单元501'],
  ['地址：温泉花园三号楼 电话：13812345678 姓名：温暖', '温泉花园三号楼'],
  ['温泉花园 13812345678', '温泉花园'],
  ['尾号1234 瑞景家园A座1203', '瑞景家园A座1203'],
])('of %j only the address is sent', (order, text) => {
  const address = addressOf(order);
  expect(address.text).toBe(text);
  expect(address.stripped).toBe(true);
});

test.each([
  ['wqhy3', 'wqhy3', null, null],
  ['温泉花园3号楼', '温泉花园3号楼', null, null],
  ['24号楼2单元602', '24号楼', '2', '602'],
  ['5-1-101', '5', '1', '101'],
  ['温泉花园３－２－５０１', '温泉花园3', '2', '501'],
  ['三号楼十二单元', '三号楼', '12', null],
  ['温泉花园3栋二门 1102室', '温泉花园3栋', '2', '1102'],
  ['瑞景家园A座1203', '瑞景家园A座', null, '1203'],
  ['李园花园', '李园花园', null, null],
  ['2单元', '2单元', null, null],
])('%j is %j, unit %j, room %j', (typed, place, unit, room) => {
  expect(addressOf(typed)).toMatchObject({ place, unit, room, stripped: false });
});

test('nothing is sent of a text that holds no address', () => {
  expect(addressOf('李女士 13812345678').text).toBe('');
  expect(addressOf('备注：微辣，多给一双筷子\n').text).toBe('');
});

test.each([
  ['天津市北辰区果园新村街道温泉花园3号楼', '温泉花园3号楼'],
  ['北辰区温泉花园小区3号楼', '温泉花园小区3号楼'],
  ['果园新村街道 朝阳社区 朝阳东里14号楼', '朝阳东里14号楼'],
  ['温泉花园3号楼', '温泉花园3号楼'],
  ['北辰区', '北辰区'],
])('of %j the local part is %j', (typed, local) => {
  expect(addressOf(typed).local).toBe(local);
});
