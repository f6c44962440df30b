/** The protocol of Message Service, in requests to the real service and in pushes to subscribers. */

export const MNS_VERSION = '2015-06-06';
export const MNS_NAMESPACE = 'http://mns.aliyuncs.com/doc/v1/';
