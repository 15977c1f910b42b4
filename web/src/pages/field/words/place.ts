// The words for the place of a case and of a patrol report.
export const placeWords = {
  zh: {
    details: '楼栋、单元、房号和网格',
    unitOf: (unit: string) => `${unit} 单元`,
    roomOf: (room: string) => `${room} 室`,
    nearest: (name: string, distance: string) => `最近的楼栋：${name}，相距 ${distance}。`,
    take: '改为该楼栋',
  },
  en: {
    details: 'Building, unit, room and grid',
    unitOf: (unit: string) => `unit ${unit}`,
    roomOf: (room: string) => `room ${room}`,
    nearest: (name: string, distance: string) => `Nearest building: ${name}, ${distance} away.`,
    take: 'Use this building',
  },
};
